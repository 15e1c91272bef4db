import Foundation
import NIOConcurrencyHelpers
import PatternMatching
import PolicyCore
import Testing
import Visits

@testable import ProxyServer

@Suite("Nothing is served that is not recorded")
struct RecordingTests {
    @Test("Recording stopped: 503 for new requests, and none of them begins a visit")
    func stopped() async throws {
        let origin = try RawOrigin.answering { _ in RawOrigin.ok("x") }
        let records = MemoryRecords()
        try await TestProxy.start(records: records).run { proxy in
            records.state.withLockedValue { $0.isRecording = false }
            let reply = proxy.get("http://a.test:\(origin.port)/")
            #expect(reply?.status == 503)
            #expect(reply?.field("Retry-After") != nil)
            #expect(origin.connections == 0)
            #expect(records.all.isEmpty)
            records.state.withLockedValue { $0.isRecording = true }
            #expect(proxy.get("http://a.test:\(origin.port)/")?.status == 200)
            #expect(await proxy.server.counters().recordingRefused == 1)
        }
    }

    @Test("Whoever leaves, or is cut by a drain, while a password is checked leaves a visit", arguments: [false, true])
    func leftUnchecked(isDrained: Bool) async throws {
        let checker = SlowChecker()
        try await TestProxy.start(checker: checker) { $0.authentication = .basic }.run { proxy in
            let client = try proxy.connect()
            let secret = Data("mia:right".utf8).base64EncodedString()
            client.send("GET http://a.test/x HTTP/1.1\r\nHost: a.test\r\nProxy-Authorization: Basic \(secret)\r\n\r\n")
            #expect(await proxy.eventually { checker.asked.withLockedValue { $0 } == 1 })
            if isDrained { await proxy.server.drain(seconds: 0) } else { client.reset() }
            let end = await proxy.lastEnd()
            #expect(end?.outcome == (isDrained ? .interrupted : .clientAbort))
            #expect(end?.status == 0)
            let beginning = try #require(proxy.records.last?.beginning)
            #expect(beginning.reason == "credentials-unchecked" && beginning.verdict == .reject)
            #expect(beginning.path == "/x" && beginning.user == nil)
            #expect(proxy.records.all.count == 1)
        }
    }

    @Test("A disk that refuses between decision and reply: 503 in its place", arguments: ["GET", "CONNECT", "blocked"])
    func refused(kind: String) async throws {
        let origin = try RawOrigin.answering { _ in RawOrigin.ok("x") }
        let records = MemoryRecords()
        try await TestProxy.start(TestPolicy.snapshot([TestPolicy.rule(.block, "site:bad.test")]), records: records).run { proxy in
            records.state.withLockedValue { $0.refusesFlush = true }
            let client = try proxy.connect()
            switch kind {
            case "GET": client.send("GET http://a.test:\(origin.port)/ HTTP/1.1\r\nHost: a.test\r\n\r\n")
            case "CONNECT": client.send("CONNECT a.test:\(origin.port) HTTP/1.1\r\nHost: a.test\r\n\r\n")
            default: client.send("GET http://bad.test/ HTTP/1.1\r\nHost: bad.test\r\n\r\n")
            }
            #expect(client.reply()?.status == 503)
            #expect(client.receive() == nil)
            records.state.withLockedValue { $0.refusesFlush = false }
        }
    }

    @Test("Strict: the reply waits for the group sync", arguments: ["GET", "CONNECT", "blocked"])
    func strict(kind: String) async throws {
        let origin = try RawOrigin.answering { _ in RawOrigin.ok("x") }
        let records = MemoryRecords(isStrict: true)
        try await TestProxy.start(TestPolicy.snapshot([TestPolicy.rule(.block, "site:bad.test")]), records: records).run { proxy in
            let client = try proxy.connect()
            switch kind {
            case "GET": client.send("GET http://a.test:\(origin.port)/ HTTP/1.1\r\nHost: a.test\r\n\r\n")
            case "CONNECT": client.send("CONNECT a.test:\(origin.port) HTTP/1.1\r\nHost: a.test\r\n\r\n")
            default: client.send("GET http://bad.test/ HTTP/1.1\r\nHost: bad.test\r\n\r\n")
            }
            client.setTimeout(seconds: 0.3)
            #expect(client.receive() == nil)
            records.sync()
            client.setTimeout(seconds: 5)
            #expect(client.reply()?.status == (kind == "blocked" ? 403 : 200))
            client.close()
        }
    }

    @Test("Strict: an origin that has said all and left before the sync is heard in full", arguments: ["GET", "CONNECT"])
    func strictAndGone(kind: String) async throws {
        let origin = try RawOrigin { connection in
            if kind == "GET" { _ = connection.request() }
            connection.send(kind == "GET" ? "HTTP/1.1 200 OK\r\n\r\nall of it" : "all of it")
        }
        let records = MemoryRecords(isStrict: true)
        try await TestProxy.start(TestPolicy.snapshot(allowsOpaque: false), records: records).run { proxy in
            let client = try proxy.connect()
            let target = "a.test:\(origin.port)"
            client.send(
                kind == "GET"
                    ? "GET http://\(target)/ HTTP/1.1\r\nHost: a.test\r\n\r\n" : "CONNECT \(target) HTTP/1.1\r\nHost: a.test\r\n\r\n")
            #expect(await proxy.eventually { origin.endedConnections == 1 })
            try await Task.sleep(for: .milliseconds(50))
            records.sync()
            if kind == "GET" {
                #expect(client.reply()?.text == "all of it")
            } else {
                #expect(client.reply()?.status == 200)
                // Held until the client has shown a name: it shows one, and gets the origin's words and its end.
                client.send(ClientHelloBytes.make("a.test"))
                var got = client.leftover
                while let more = client.receive() { got += more }
                #expect(String(decoding: got, as: UTF8.self) == "all of it")
            }
        }
    }

    @Test("Ten thousand requests in one packet are each recorded once")
    func flood() async throws {
        try await TestProxy.start(TestPolicy.snapshot([TestPolicy.rule(.block, "all")])).run { proxy in
            let client = try proxy.connect()
            let one = "GET http://a.test/ HTTP/1.1\r\nHost: a.test\r\nAccept: image/png\r\n\r\n"
            let all = String(repeating: one, count: 10_000)
            Thread.detachNewThread { client.send(all) }
            // Each reply has one status line.
            var replies = 0
            var tail: [UInt8] = []
            while replies < 10_000, let bytes = client.receive() {
                tail += bytes
                while let at = RawReply.find("HTTP/1.1 403", in: tail, from: 0) {
                    replies += 1
                    tail.removeFirst(at + 12)
                }
                tail = Array(tail.suffix(11))
            }
            #expect(replies == 10_000)
            #expect(await proxy.eventually { proxy.records.all.count == 10_000 })
        }
    }

    @Test("A text too long to keep is cut, its length and hash kept")
    func bounded() {
        #expect(RecordedText.bounded("/short") == "/short")
        let cut = RecordedText.bounded("/" + String(repeating: "a", count: 65_535))
        #expect(cut.utf8.count <= RecordedText.most)
        // sha256 of "/" and 65,535 "a", by coreutils.
        #expect(cut.contains("…+"))
        #expect(cut.hasSuffix("sha256:" + Self.expected))
    }

    static let expected = "d4292b5f100dda7defb2fff5dbbb6caa5106d170b814978e614289e9cdec0c4f"

    @Test(
        "SHA-256 by FIPS 180-4's examples",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
        ])
    func hash(text: String, expected: String) {
        #expect(SHA256.hash(Array(text.utf8)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() == expected)
    }
}

/// Takes longer than anybody waits.
private struct SlowChecker: CredentialChecker {
    let generation: UInt64 = 0
    let asked = NIOLockedValueBox(0)

    func check(user: String, password: String, address: IPAddress) async -> CredentialAnswer {
        asked.withLockedValue { $0 += 1 }
        try? await Task.sleep(for: .seconds(1))
        return .right
    }
}
