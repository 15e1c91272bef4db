import Foundation
import PatternMatching
import PolicyCore
import Testing
import Visits

@testable import ProxyServer

@Suite("Who asks")
struct IdentityTests {
    private func basic(_ user: String, _ password: String) -> String {
        "Proxy-Authorization: Basic \(Data("\(user):\(password)".utf8).base64EncodedString())\r\n"
    }

    @Test("Basic: 407 without valid credentials, checked on every request, never passed on")
    func authentication() async throws {
        let origin = try RawOrigin.answering { RawOrigin.ok($0) }
        let proxy = try await TestProxy.start(credentials: ["mia": "right"]) { $0.authentication = .basic }
        try await proxy.run { proxy in
            let url = "http://a.test:\(origin.port)/"
            let missing = proxy.get(url)
            #expect(missing?.status == 407)
            #expect(missing?.field("Proxy-Authenticate")?.hasPrefix("Basic ") == true)
            #expect(proxy.get(url, fields: basic("mia", "wrong"))?.status == 407)
            #expect(origin.connections == 0)
            for _ in 0..<2 {
                let reply = proxy.get(url, fields: basic("mia", "right"))
                #expect(reply?.status == 200)
                #expect(reply?.text.lowercased().contains("authorization") == false)
            }
            #expect(proxy.records.last?.beginning.user == "mia")
            #expect(proxy.records.all.first?.beginning.reason == "credentials-required")
            #expect(proxy.records.all.first?.beginning.user == nil)
            // The same connection, now without: an identity belongs to its request.
            let client = try proxy.connect()
            client.send("GET \(url) HTTP/1.1\r\nHost: a.test\r\n\(basic("mia", "right"))\r\nGET \(url) HTTP/1.1\r\nHost: a.test\r\n\r\n")
            #expect(client.reply()?.status == 200)
            #expect(client.reply()?.status == 407)
        }
    }

    @Test("A CONNECT without credentials closes with 407, and with them goes through")
    func connect() async throws {
        let origin = try RawOrigin { connection in while let bytes = connection.receive() { connection.socket.send(bytes) } }
        let proxy = try await TestProxy.start(credentials: ["mia": "right"]) { $0.authentication = .basic }
        try await proxy.run { proxy in
            for (fields, status) in [("", 407), (basic("mia", "right"), 200)] {
                let client = try proxy.connect()
                client.send("CONNECT a.test:\(origin.port) HTTP/1.1\r\nHost: a.test\r\n\(fields)\r\n")
                #expect(client.reply()?.status == status)
                if status == 407 { #expect(client.receive() == nil) }
            }
        }
    }

    @Test("X-Forwarded-For and PROXY headers count from trusted peers only", arguments: [false, true])
    func trustedPeers(isTrusted: Bool) async throws {
        let origin = try RawOrigin.answering { RawOrigin.ok($0) }
        let snapshot = try TestPolicy.snapshot(
            clients: [ClientDeclaration(name: "mia", addresses: [IPPrefix("10.1.2.3")].compactMap { $0 })])
        let proxy = try await TestProxy.start(snapshot) {
            $0.allowClients = ["any"]
            if isTrusted { $0.trustedPeers = ["127.0.0.1"] }
        }
        try await proxy.run { proxy in
            let url = "http://a.test:\(origin.port)/"
            let reply = proxy.get(url, fields: "X-Forwarded-For: 10.1.2.3\r\n")
            #expect(reply?.status == 200)
            #expect(reply?.text.lowercased().contains("x-forwarded-for") == false)
            #expect(proxy.records.last?.beginning.client == (isTrusted ? "mia" : "127.0.0.1"))

            let client = try proxy.connect()
            client.send("PROXY TCP4 10.1.2.3 10.0.0.1 5000 3128\r\nGET \(url) HTTP/1.1\r\nHost: a.test\r\n\r\n")
            #expect(client.reply()?.status == (isTrusted ? 200 : 400))
            #expect(proxy.records.last?.beginning.client == (isTrusted ? "mia" : "127.0.0.1"))
        }
    }

    @Test(
        "forwarded-for: off leaves the field, on adds the client, delete takes it out",
        arguments: ProxyConfiguration.ForwardedForMode.allCases)
    func forwardedFor(mode: ProxyConfiguration.ForwardedForMode) async throws {
        let origin = try RawOrigin.answering { RawOrigin.ok($0) }
        let proxy = try await TestProxy.start {
            $0.forwardedFor = mode
            // A client that a trusted peer names stands in the line already.
            ($0.trustedPeers, $0.allowClients) = (["127.0.0.1"], ["any"])
        }
        try await proxy.run { proxy in
            let seen = proxy.get("http://a.test:\(origin.port)/", fields: "X-Forwarded-For: 10.9.9.9\r\n")?.text ?? ""
            switch mode {
            case .off: #expect(seen.contains("X-Forwarded-For: 10.9.9.9\r\n"))
            case .on: #expect(seen.contains("10.9.9.9, 127.0.0.1\r\n"))
            case .delete: #expect(!seen.lowercased().contains("x-forwarded-for"))
            }
        }
    }

    @Test("Page views are told from what a page loads")
    func pages() async throws {
        let origin = try RawOrigin.answering { _ in RawOrigin.ok("x") }
        try await TestProxy.start().run { proxy in
            for (fields, isPage) in [
                ("Accept: text/html,*/*\r\n", true), ("Accept: image/png\r\n", false), ("Sec-Fetch-Dest: document\r\n", true),
                ("Accept: text/html\r\nX-Requested-With: XMLHttpRequest\r\n", false),
            ] {
                _ = proxy.get("http://a.test:\(origin.port)/", fields: fields)
                #expect(proxy.records.last?.beginning.isPage == isPage)
            }
            for isPage in [true, false] {
                let client = try proxy.connect()
                client.send("CONNECT a.test:\(origin.port) HTTP/1.1\r\nHost: a.test\r\n\r\n")
                #expect(client.reply()?.status == 200)
                #expect(proxy.records.last?.beginning.isPage == isPage)
            }
        }
    }

    @Test("A group that records sites only keeps no path")
    func sitesOnly() async throws {
        let origin = try RawOrigin.answering { _ in RawOrigin.ok("x") }
        try await TestProxy.start(TestPolicy.snapshot(recordsURL: false)).run { proxy in
            #expect(proxy.get("http://a.test:\(origin.port)/private?x=y")?.status == 200)
            #expect(proxy.records.last?.beginning.path == nil)
            #expect(proxy.records.last?.beginning.host == "a.test")
        }
    }
}
