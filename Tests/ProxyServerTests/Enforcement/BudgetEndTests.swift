import Foundation
import PatternMatching
import PolicyCore
import Testing
import Visits

@testable import ProxyServer

@Suite("A budget's end reaches what runs, whoever used it up")
struct BudgetEndTests {
    enum Use: String, CaseIterable {
        case bytes, sharedBytes, minutes, visits
    }

    private func snapshot(_ use: Use, generation: UInt64 = 1) throws -> PolicySnapshot {
        let budget =
            switch use {
            case .bytes: BudgetAmount(amount: 100_000, unit: .bytes, period: .day)
            case .sharedBytes: BudgetAmount(amount: 100_000, unit: .bytes, period: .day, isShared: true)
            case .minutes: BudgetAmount(amount: 1, unit: .minutes, period: .day)
            case .visits: BudgetAmount(amount: 3, unit: .visits, period: .day)
            }
        return try TestPolicy.snapshot([TestPolicy.rule(.limit, "site:a.test", budget: budget)], generation: generation)
    }

    /// Draws on the budget from another connection until it is used up.
    private func useUp(_ use: Use, _ proxy: TestProxy, _ origin: RawOrigin) {
        let url = "http://a.test:\(origin.port)/more"
        switch use {
        case .bytes: #expect(proxy.get(url)?.status == 200)
        // Another client of the same group.
        case .sharedBytes: #expect(proxy.get(url, fields: "X-Forwarded-For: 10.9.9.9\r\n")?.status == 200)
        case .minutes: proxy.clock.move(seconds: 60)
        case .visits: for _ in 0..<3 { _ = proxy.get(url, fields: "Sec-Fetch-Dest: document\r\nSec-Fetch-Mode: navigate\r\n") }
        }
    }

    /// A tunnel is a page view, which a budget of visits gave to its end.
    static let ending = Use.allCases.flatMap { use in RunningTraffic.allCases.map { (use, $0) } }.filter { $0 != (.visits, .tunnel) }

    @Test("Each kind of budget, each kind of traffic, silent when it ends", arguments: ending)
    func ends(use: Use, traffic: RunningTraffic) async throws {
        let origin = try RunningTraffic.origin()
        let clock = TestClock.atSecond(5)
        try await TestProxy.start(try snapshot(use), clock: clock) {
            $0.trustedPeers = ["127.0.0.1"]
            $0.allowClients.append("10.0.0.0/8")
        }.run { proxy in
            let client = try traffic.begin(proxy, origin)
            client.setTimeout(seconds: 1.5)
            #expect(!client.isCut())
            client.setTimeout(seconds: 5)
            useUp(use, proxy, origin)
            #expect(client.isCut(), "within five seconds")
            let first = await ended(proxy)
            #expect(first?.end?.outcome == .closedByPolicy)
            #expect(first?.end?.verdict == .block)
            #expect(first?.beginning.rule == "groups.default.rules[0]")
        }
    }

    @Test(
        "A page view that a budget of visits has counted stays when that is used up, and its bytes go on",
        arguments: [RunningTraffic.tunnel, .download])
    func countedVisit(traffic: RunningTraffic) async throws {
        let origin = try RunningTraffic.origin()
        try await TestProxy.start(try snapshot(.visits)).run { proxy in
            let page = "Sec-Fetch-Dest: document\r\nSec-Fetch-Mode: navigate\r\n"
            let client = try traffic.begin(proxy, origin, fields: page)
            let more = (0..<3).map { _ in proxy.get("http://a.test:\(origin.port)/more", fields: page)?.status }
            #expect(more == [200, 200, 403])
            client.setTimeout(seconds: 2.5)
            #expect(!client.isCut())
            // Everything that runs is judged again by a new policy, which may be another kind of budget.
            proxy.server.publish(try snapshot(.visits, generation: 2))
            client.setTimeout(seconds: 1.5)
            #expect(!client.isCut())
            proxy.server.publish(try snapshot(.bytes, generation: 3))
            client.setTimeout(seconds: 5)
            #expect(client.isCut())
            #expect(await ended(proxy)?.end?.outcome == .closedByPolicy)
        }
    }

    @Test("The last page view of a budget passes where its media type or its TLS name has it judged again, and counts once")
    func lastVisitJudgedAgain() async throws {
        let origin = try RawOrigin.answering { _ in RawOrigin.ok("page", type: "text/html") }
        let mute = try RawOrigin { connection in while connection.receive() != nil {} }
        let two = BudgetAmount(amount: 2, unit: .visits, period: .day)
        let rules = [TestPolicy.rule(.block, "type:video/*"), TestPolicy.rule(.limit, "site:a.test", budget: two)]
        try await TestProxy.start(try TestPolicy.snapshot(rules)).run { proxy in
            let page = "Sec-Fetch-Dest: document\r\nSec-Fetch-Mode: navigate\r\n"
            #expect(proxy.get("http://a.test:\(origin.port)/", fields: page)?.status == 200)
            let client = try proxy.connect()
            client.send("CONNECT a.test:\(mute.port) HTTP/1.1\r\nHost: a.test\r\n\r\n")
            #expect(client.reply()?.status == 200)
            client.send(ClientHelloBytes.make("www.a.test"))
            client.setTimeout(seconds: 2.5)
            #expect(!client.isCut())
            #expect(proxy.get("http://a.test:\(origin.port)/", fields: page)?.status == 403)
            let key = try #require(proxy.records.all.first?.beginning.budget)
            let now = proxy.clock.now
            let used = proxy.ledger.used(
                key, from: Instant(milliseconds: 0), to: Instant(milliseconds: now.milliseconds + 60_000), now: now)
            #expect(used.visits == 2)
        }
    }

    /// The first visit, once it has ended.
    private func ended(_ proxy: TestProxy) async -> MemoryRecords.Record? {
        _ = await proxy.eventually { proxy.records.all.first?.end != nil }
        return proxy.records.all.first
    }

    @Test("Tunnels on every event loop are reached, whichever loop the budget was used up on")
    func allLoops() async throws {
        let origin = try RunningTraffic.origin()
        let clock = TestClock.atSecond(5)
        try await TestProxy.start(try snapshot(.bytes), clock: clock) { $0.eventLoops = 3 }.run { proxy in
            let clients = try (0..<12).map { _ in try RunningTraffic.tunnel.begin(proxy, origin) }
            #expect(proxy.get("http://a.test:\(origin.port)/more")?.status == 200)
            for client in clients { #expect(client.isCut()) }
            #expect(await proxy.server.counters().closedByPolicy == 12)
        }
    }

    @Test("What another rule allowed is not counted when a limit takes over")
    func takenOver() async throws {
        let origin = try RunningTraffic.origin()
        try await TestProxy.start(try TestPolicy.snapshot()).run { proxy in
            let client = try RunningTraffic.download.begin(proxy, origin)
            let budget = BudgetAmount(amount: 4, unit: .bytes, period: .day)
            let limited = [TestPolicy.rule(.limit, "site:a.test", budget: budget)]
            proxy.server.publish(try TestPolicy.snapshot(limited, generation: 2))
            client.setTimeout(seconds: 2.5)
            #expect(!client.isCut())
        }
    }
}
