import Foundation
import PatternMatching
import PolicyCore
import Testing
import Visits

@testable import ProxyServer

/// POLICY.md, "Time": "When a window opens or closes, a budget ends, a grant expires or the policy changes, traffic already running is judged
/// again within 5 seconds" — each cause against each kind of traffic.
@Suite("Every change reaches what runs within five seconds")
struct EnforcementCauseTests {
    enum Cause: String, CaseIterable {
        case windowOpens, windowCloses, grantExpires, grantRevoked, pauseBegins, policyChanges, listChanges, continueExpires, clockSetBack
    }

    private static let site = "site:a.test"
    private static let every = DaySet(rawValue: 0x7f)

    /// A policy under which `a.test` is allowed now.
    private func before(_ cause: Cause, _ now: Instant) throws -> PolicySnapshot {
        let minute = Int(now.milliseconds / 60_000 % 1_440)
        func schedule(from: Int, to: Int) -> [ScheduleDeclaration] {
            [
                ScheduleDeclaration(
                    name: "s", windows: [WeeklyWindow(days: Self.every, from: (minute + from) % 1_440, to: (minute + to) % 1_440)])
            ]
        }
        switch cause {
        case .windowOpens:
            return try TestPolicy.snapshot([TestPolicy.rule(.block, Self.site, during: "s")], schedules: schedule(from: 10, to: 20))
        case .windowCloses:
            return try TestPolicy.snapshot(
                [TestPolicy.rule(.allow, Self.site, during: "s")], default: .block, schedules: schedule(from: 1_430, to: 10))
        case .clockSetBack:
            return try TestPolicy.snapshot(
                [TestPolicy.rule(.block, Self.site, during: "s")], schedules: schedule(from: 1_320, to: 1_380))
        case .grantExpires, .grantRevoked: return try TestPolicy.snapshot(default: .block, grants: [grant(now, allows: true)])
        case .continueExpires: return try TestPolicy.snapshot([TestPolicy.rule(.warn, Self.site)])
        case .pauseBegins, .policyChanges: return try TestPolicy.snapshot()
        case .listChanges: return try listed("b.test", generation: 1)
        }
    }

    private func grant(_ now: Instant, allows: Bool) -> Grant {
        Grant(
            id: 7, scope: .everyone, allows: allows, target: "all", from: Instant(milliseconds: now.milliseconds - 1_000),
            until: Instant(milliseconds: now.milliseconds + 600_000))
    }

    /// A category whose list holds one site.
    private func listed(_ site: String, generation: UInt64) throws -> PolicySnapshot {
        var builder = MatchIndexBuilder()
        let source = builder.source(named: "l")
        try builder.add(ListEntry(kind: .site, text: site, line: 1), to: source)
        let lists = ListSet(index: try MatchIndex(bytes: builder.finish()), sources: ["l": source])
        let document = PolicyDocument(
            timezone: "UTC", groups: [GroupDeclaration(name: "default", rules: [TestPolicy.rule(.block, "bad")], defaultVerdict: .allow)],
            lists: [ListDeclaration(name: "l", source: "x")],
            categories: [CategoryDeclaration(name: "bad", includes: EntrySources(lists: [ListReference(list: "l")]))])
        return try PolicySnapshot.compile(document, generation: generation, lists: lists, zones: TestPolicy.UTC(), grants: [])
    }

    private func happen(_ cause: Cause, _ proxy: TestProxy) throws {
        let now = proxy.clock.now
        switch cause {
        case .windowOpens, .windowCloses, .grantExpires, .continueExpires: proxy.clock.move(seconds: 11 * 60)
        case .clockSetBack: proxy.clock.move(seconds: -90 * 60)
        case .grantRevoked: proxy.server.publish(try before(.grantRevoked, now).with(grants: [], generation: 2))
        case .pauseBegins: proxy.server.publish(try before(cause, now).with(grants: [grant(now, allows: false)], generation: 2))
        case .policyChanges: proxy.server.publish(try TestPolicy.snapshot([TestPolicy.rule(.block, Self.site)], generation: 2))
        case .listChanges: proxy.server.publish(try listed("a.test", generation: 2))
        }
    }

    private func rule(_ cause: Cause) -> String {
        switch cause {
        case .windowCloses, .grantExpires, .grantRevoked: "groups.default.default"
        case .pauseBegins: "grants[7]"
        default: "groups.default.rules[0]"
        }
    }

    @Test("Each cause, each kind of traffic, silent when it happens", arguments: Cause.allCases, RunningTraffic.allCases)
    func cut(cause: Cause, traffic: RunningTraffic) async throws {
        let origin = try RunningTraffic.origin()
        let clock = TestClock()
        try await TestProxy.start(try before(cause, clock.now), clock: clock).run { proxy in
            let soon = Instant(milliseconds: clock.now.milliseconds + 600_000)
            if cause == .continueExpires {
                proxy.ledger.continueWarned(client: "127.0.0.1", rule: "groups.default.rules[0]", site: "a.test", until: soon)
            }
            let client = try traffic.begin(proxy, origin)
            // It runs on while nothing happens.
            client.setTimeout(seconds: 1.2)
            #expect(!client.isCut())
            client.setTimeout(seconds: 5)
            try happen(cause, proxy)
            #expect(client.isCut(), "within five seconds")
            let end = await proxy.lastEnd()
            #expect(end?.outcome == .closedByPolicy)
            #expect(end?.verdict == (cause == .continueExpires ? .warn : .block))
            #expect(end?.rule ?? proxy.records.last?.beginning.rule == rule(cause))
        }
    }

    @Test("Traffic that nothing can change is never judged again; what a window can change is judged once")
    func idle() async throws {
        let origin = try RunningTraffic.origin()
        let clock = TestClock()
        let minute = Int(clock.now.milliseconds / 60_000 % 1_440)
        let window = WeeklyWindow(days: Self.every, from: (minute + 300) % 1_440, to: (minute + 310) % 1_440)
        let snapshot = try TestPolicy.snapshot(
            [TestPolicy.rule(.block, Self.site, during: "s")], schedules: [ScheduleDeclaration(name: "s", windows: [window])])
        for (policy, expected) in [(try TestPolicy.snapshot(), 0), (snapshot, 5)] {
            try await TestProxy.start(policy, clock: clock).run { proxy in
                let clients = try (0..<5).map { _ in try RunningTraffic.tunnel.begin(proxy, origin) }
                #expect(await proxy.eventually { await proxy.server.counters().judgedAgain == expected })
                // Ten ticks, and a new minute.
                clock.move(seconds: 60)
                try await Task.sleep(for: .seconds(2.5))
                #expect(await proxy.server.counters().judgedAgain == expected)
                #expect(clients.count == 5)
            }
        }
    }

    @Test("A policy published again and again reaches everything, and what no longer applies is judged by the last")
    func manyPublications() async throws {
        let origin = try RunningTraffic.origin()
        try await TestProxy.start().run { proxy in
            let clients = try (0..<40).map { _ in try RunningTraffic.tunnel.begin(proxy, origin) }
            for generation in 2..<40 {
                let blocks = generation == 39
                proxy.server.publish(
                    try TestPolicy.snapshot(blocks ? [TestPolicy.rule(.block, Self.site)] : [], generation: UInt64(generation)))
            }
            for client in clients { #expect(client.isCut()) }
            #expect(await proxy.server.counters().closedByPolicy == 40)
            #expect(await proxy.server.counters().openTunnels == 0)
        }
    }
}
