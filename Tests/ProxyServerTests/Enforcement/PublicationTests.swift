import Dispatch
import NIOConcurrencyHelpers
import PatternMatching
import PolicyCore
import Testing

@testable import ProxyServer

@Suite("A policy is in force for all loops at once")
struct PublicationTests {
    /// Everybody's password is right. Being asked for its generation, which a loop does for every request before it judges, it can be made
    /// to keep that loop.
    private final class Gate: CredentialChecker {
        private let isArmed = NIOLockedValueBox(false)
        private let caught = NIOLockedValueBox(false)
        private let opening = DispatchSemaphore(value: 0)

        var generation: UInt64 {
            let keeps = isArmed.withLockedValue { isArmed in
                defer { isArmed = false }
                return isArmed
            }
            if keeps {
                caught.withLockedValue { $0 = true }
                opening.wait()
            }
            return 0
        }

        func check(user: String, password: String, address: IPAddress) async -> CredentialAnswer { .right }

        var hasCaught: Bool { caught.withLockedValue { $0 } }
        func arm() { isArmed.withLockedValue { $0 = true } }
        func open() { opening.signal() }
    }

    @Test("A loop in the middle of a turn judges by the new policy from the moment another loop may")
    func inTheMiddleOfATurn() async throws {
        let origin = try RawOrigin.answering { _ in RawOrigin.ok("x") }
        let gate = Gate()
        try await TestProxy.start(checker: gate) {
            $0.eventLoops = 2
            $0.authentication = .basic
        }.run { proxy in
            let clients = try (0..<24).map { _ in try proxy.connect() }
            let ask = "GET http://a.test:\(origin.port)/ HTTP/1.1\r\nHost: a.test\r\nProxy-Authorization: Basic YTpi\r\n\r\n"
            for client in clients {
                client.send(ask)
                #expect(client.reply()?.status == 200)
            }
            gate.arm()
            clients[0].send(ask)
            #expect(await proxy.eventually { gate.hasCaught })
            // It has its head, and more requests wait beside it, when the policy changes.
            for client in clients[1...] { client.send(ask) }
            proxy.server.publish(try TestPolicy.snapshot([TestPolicy.rule(.block, "site:a.test")], generation: 2))
            var (ahead, behind): ([RawSocket], [RawSocket]) = ([], [clients[0]])
            for client in clients[1...] {
                client.setTimeout(seconds: 0.1)
                let status = client.reply()?.status
                if status == nil { behind.append(client) } else { ahead.append(client) }
            }
            // The other loop has acted on one policy or the other by now; from here on there is but the new one.
            let free = try #require(ahead.first)
            free.setTimeout(seconds: 5)
            free.send(ask)
            #expect(free.reply()?.status == 403)
            // What was let through before it changed has arrived.
            try await Task.sleep(for: .milliseconds(200))
            let passed = origin.text.split(separator: "GET /").count
            gate.open()
            for client in behind {
                client.setTimeout(seconds: 5)
                #expect(client.reply()?.status == 403)
            }
            // What was let through and then cut would have been answered the same.
            #expect(origin.text.split(separator: "GET /").count == passed)
        }
    }
}
