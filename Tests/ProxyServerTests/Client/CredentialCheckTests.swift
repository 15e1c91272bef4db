import NIOConcurrencyHelpers
import PatternMatching
import Testing

@testable import ProxyServer

@Suite struct CredentialCheckTests {
    /// Says what it is told to say, after a while, and counts how often it was asked.
    private final class Slow: CredentialChecker {
        let generation: UInt64 = 0
        let answer = NIOLockedValueBox(CredentialAnswer.right)
        let asked = NIOLockedValueBox<[IPAddress]>([])

        func check(user: String, password: String, address: IPAddress) async -> CredentialAnswer {
            asked.withLockedValue { $0.append(address) }
            try? await Task.sleep(for: .milliseconds(150))
            return answer.withLockedValue { $0 }
        }
    }

    private func ask(_ origin: RawOrigin) -> String {
        "GET http://a.test:\(origin.port)/ HTTP/1.1\r\nHost: a.test\r\nProxy-Authorization: Basic YTpi\r\n\r\n"
    }

    /// SECURITY.md A2: what nobody looked at is neither wrong nor remembered.
    @Test func aCheckThatWasPutOff() async throws {
        let origin = try RawOrigin.answering { _ in RawOrigin.ok("x") }
        let checker = Slow()
        checker.answer.withLockedValue { $0 = .notChecked(seconds: 7) }
        try await TestProxy.start(checker: checker) { $0.authentication = .basic }.run { proxy in
            let first = try proxy.connect()
            first.send(ask(origin))
            let reply = try #require(first.reply())
            #expect(reply.status == 429 && reply.field("Retry-After") == "7" && reply.field("Proxy-Authenticate") == nil)
            #expect(reply.field("Proxy-Status")?.contains("http_request_denied") == true)
            checker.answer.withLockedValue { $0 = .right }
            let second = try proxy.connect()
            second.send(ask(origin))
            #expect(second.reply()?.status == 200)
            #expect(origin.connections == 1)
            #expect(proxy.records.all.map(\.beginning.reason).first == "credentials-not-checked")
            #expect(proxy.records.all.first?.beginning.user == nil)
        }
    }

    /// A browser that starts sends many requests at once: their password is looked at once.
    @Test func oneCheckForAllThatBringTheSame() async throws {
        let origin = try RawOrigin.answering { _ in RawOrigin.ok("x") }
        let checker = Slow()
        try await TestProxy.start(checker: checker) { $0.authentication = .basic }.run { proxy in
            let clients = try (0..<20).map { _ in try proxy.connect() }
            for client in clients { client.send(ask(origin)) }
            for client in clients { #expect(client.reply()?.status == 200) }
            #expect(checker.asked.withLockedValue { $0 } == [IPAddress(v4: 0x7f00_0001)])
        }
    }
}
