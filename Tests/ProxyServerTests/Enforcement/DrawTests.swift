import PatternMatching
import PolicyCore
import Testing
import Visits

@testable import ProxyServer

/// What comes under a limit in the middle of a visit is told to the ledger and recorded alike.
@Suite("Budgets drawn on in a visit's middle")
struct DrawTests {
    private let budget = BudgetAmount(amount: 600, unit: .minutes, period: .day)

    private func draws(_ proxy: TestProxy) -> [VisitDraw] { proxy.records.state.withLockedValue { $0.draws } }

    private func used(_ proxy: TestProxy, _ key: BudgetKey) -> BudgetUse {
        let now = proxy.clock.now
        let (from, to) = (Instant(milliseconds: now.milliseconds - 86_400_000), Instant(milliseconds: now.milliseconds + 86_400_000))
        return proxy.ledger.used(key, from: from, to: to, now: now)
    }

    @Test("A tunnel draws on its own host's budget and on that of the TLS name it shows")
    func tlsName() async throws {
        let origin = try RawOrigin { connection in while connection.receive() != nil {} }
        let snapshot = try TestPolicy.snapshot([
            TestPolicy.rule(.limit, "site:a.test", budget: budget), TestPolicy.rule(.limit, "site:games.test", budget: budget),
        ])
        try await TestProxy.start(snapshot).run { proxy in
            let client = try proxy.connect()
            client.send("CONNECT a.test:\(origin.port) HTTP/1.1\r\nHost: a.test\r\n\r\n")
            #expect(client.reply()?.status == 200)
            let hello = ClientHelloBytes.make("games.test")
            client.send(hello)
            client.send([UInt8](repeating: 1, count: 1_000))
            #expect(await proxy.eventually { origin.bytes.first?.count == hello.count + 1_000 })
            client.shutdownOutput()
            let end = await proxy.lastEnd()
            let beginning = try #require(proxy.records.last?.beginning)
            let own = try #require(beginning.budget)
            let draw = try #require(draws(proxy).first)
            #expect(draws(proxy).count == 1 && draw.isTraffic && draw.up == 0 && draw.minute == beginning.time.minute)
            #expect(draw.targets.map(\.budget.rule) == ["groups.default.rules[0]", "groups.default.rules[1]"])
            #expect(draw.targets.first?.budget == own)
            for target in draw.targets {
                #expect(used(proxy, target.budget).bytes == end.map { $0.up + $0.down })
                #expect(used(proxy, target.budget).minutes == 1)
            }
        }
    }

    @Test("Where the TLS name alone is under a limit the visit ends under that rule, so that who asks for the rule's visits finds it")
    func ruleOfTLSName() async throws {
        let origin = try RawOrigin { connection in while connection.receive() != nil {} }
        let snapshot = try TestPolicy.snapshot([TestPolicy.rule(.limit, "site:games.test", budget: budget)])
        try await TestProxy.start(snapshot).run { proxy in
            let client = try proxy.connect()
            client.send("CONNECT a.test:\(origin.port) HTTP/1.1\r\nHost: a.test\r\n\r\n")
            #expect(client.reply()?.status == 200)
            client.send(ClientHelloBytes.make("games.test"))
            client.shutdownOutput()
            let end = await proxy.lastEnd()
            #expect(proxy.records.last?.beginning.rule == "groups.default.default")
            #expect(end?.rule == "groups.default.rules[0]" && end?.verdict == nil && end?.outcome == .complete)
            #expect(draws(proxy).first?.targets.map(\.budget.rule) == ["groups.default.rules[0]"])
        }
    }

    @Test("A reply draws on the budget of its media type; a page counts for it")
    func mediaType() async throws {
        let origin = try RawOrigin.answering { _ in RawOrigin.ok("video", type: "video/mp4") }
        let snapshot = try TestPolicy.snapshot([TestPolicy.rule(.limit, "type:video/*", budget: budget)])
        try await TestProxy.start(snapshot).run { proxy in
            let client = try proxy.connect()
            client.send(
                "GET http://a.test:\(origin.port)/v HTTP/1.1\r\nHost: a.test\r\nAccept: text/html\r\nSec-Fetch-Dest: document\r\n"
                    + "Sec-Fetch-Mode: navigate\r\n\r\n")
            #expect(client.reply()?.status == 200)
            let end = await proxy.lastEnd()
            #expect(proxy.records.last?.beginning.budget == nil && proxy.records.last?.beginning.isPage == true)
            let draw = try #require(draws(proxy).first)
            #expect(draws(proxy).count == 1 && draw.isTraffic && draw.isPage && draw.targets.count == 1)
            let key = try #require(draw.targets.first?.budget)
            #expect(key.rule == "groups.default.rules[0]")
            let found = used(proxy, key)
            #expect(found.bytes == 5 && found.visits == 1 && found.minutes == 1 && end?.down == 5)
        }
    }

    @Test("A policy that limits what runs is recorded when it comes, and counts what moves from then on")
    func policy() async throws {
        let origin = try RawOrigin { connection in while let bytes = connection.receive() { connection.socket.send(bytes) } }
        try await TestProxy.start().run { proxy in
            let client = try proxy.connect()
            client.send("CONNECT a.test:\(origin.port) HTTP/1.1\r\nHost: a.test\r\n\r\n")
            #expect(client.reply()?.status == 200)
            client.send("xyz")
            #expect(client.receive()?.count == 3)
            proxy.server.publish(
                try TestPolicy.snapshot([TestPolicy.rule(.limit, "site:a.test", budget: budget)], generation: 2))
            #expect(await proxy.eventually { draws(proxy).count == 1 })
            let draw = try #require(draws(proxy).first)
            #expect(!draw.isTraffic && draw.up == 3 && draw.down == 3)
            let key = try #require(draw.targets.first?.budget)
            #expect(used(proxy, key) == BudgetUse())
            client.send("uvw12")
            #expect(client.receive()?.count == 5)
            #expect(await proxy.eventually { used(proxy, key).bytes == 10 })
            proxy.server.publish(try TestPolicy.snapshot([TestPolicy.rule(.block, "site:b.test")], generation: 3))
            #expect(await proxy.eventually { draws(proxy).count == 2 })
            #expect(draws(proxy).last?.targets == [] && draws(proxy).last?.up == 8)
        }
    }
}
