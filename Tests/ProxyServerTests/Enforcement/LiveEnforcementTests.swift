import Foundation
import NIOConcurrencyHelpers
import PatternMatching
import PolicyCore
import Testing
import Visits

@testable import ProxyServer

@Suite("What runs is judged again")
struct LiveEnforcementTests {
    private func silent() throws -> RawOrigin { try RawOrigin { connection in while connection.receive() != nil {} } }

    /// Opens a tunnel to `a.test` and sends a byte through it.
    private func tunnel(_ proxy: TestProxy, _ origin: RawOrigin) throws -> RawSocket {
        let client = try proxy.connect()
        client.send("CONNECT a.test:\(origin.port) HTTP/1.1\r\nHost: a.test\r\n\r\n")
        #expect(client.reply()?.status == 200)
        client.send("x")
        return client
    }

    @Test("A policy that blocks cuts a running tunnel and says why")
    func published() async throws {
        let origin = try silent()
        try await TestProxy.start().run { proxy in
            let client = try tunnel(proxy, origin)
            proxy.server.publish(try TestPolicy.snapshot([TestPolicy.rule(.block, "site:a.test")], generation: 2))
            #expect(client.isClosed())
            let end = await proxy.lastEnd()
            #expect(end?.outcome == .closedByPolicy)
            #expect(end?.verdict == .block)
            #expect(end?.rule == "groups.default.rules[0]")
            #expect(await proxy.server.counters().closedByPolicy == 1)
        }
    }

    @Test("A policy that still allows leaves it alone")
    func stillAllowed() async throws {
        let origin = try silent()
        try await TestProxy.start().run { proxy in
            let client = try tunnel(proxy, origin)
            proxy.server.publish(try TestPolicy.snapshot([TestPolicy.rule(.block, "site:b.test")], generation: 2))
            client.setTimeout(seconds: 0.5)
            #expect(!client.isClosed())
            #expect(proxy.records.last?.end == nil)
        }
    }

    @Test("A request still waiting gets the block page; a download under way is cut", arguments: [false, true])
    func exchange(hasBegun: Bool) async throws {
        let origin = try RawOrigin { connection in
            guard connection.request() != nil else { return }
            if hasBegun { connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome") }
            while connection.receive() != nil {}
        }
        try await TestProxy.start().run { proxy in
            let client = try proxy.connect()
            client.send("GET http://a.test:\(origin.port)/ HTTP/1.1\r\nHost: a.test\r\n\r\n")
            #expect(await proxy.eventually { origin.text.hasSuffix("\r\n\r\n") })
            if hasBegun { _ = client.receive() }
            proxy.server.publish(try TestPolicy.snapshot([TestPolicy.rule(.block, "site:a.test")], generation: 2))
            if hasBegun { #expect(client.isClosed()) } else { #expect(client.reply()?.status == 403) }
            let end = await proxy.lastEnd()
            #expect(end?.outcome == .closedByPolicy)
            #expect(end?.status == (hasBegun ? 200 : 403))
        }
    }

    @Test("A window that opens cuts what it forbids within five seconds, a clock set forward or not")
    func schedule() async throws {
        let origin = try silent()
        let clock = TestClock()
        let start = clock.now
        let minute = Int(start.milliseconds / 60_000 % 1_440)
        // A window from ten minutes ahead, every day.
        let window = WeeklyWindow(days: DaySet(rawValue: 0x7f), from: (minute + 10) % 1_440, to: (minute + 20) % 1_440)
        let snapshot = try TestPolicy.snapshot(
            [TestPolicy.rule(.block, "all", during: "bedtime")], schedules: [ScheduleDeclaration(name: "bedtime", windows: [window])])
        try await TestProxy.start(snapshot, clock: clock).run { proxy in
            let client = try tunnel(proxy, origin)
            client.setTimeout(seconds: 0.4)
            #expect(!client.isClosed())
            clock.move(seconds: 11 * 60)
            client.setTimeout(seconds: 5)
            #expect(client.isClosed())
            #expect(await proxy.lastEnd()?.outcome == .closedByPolicy)
        }
    }

    @Test("A clock set back into a window cuts what that forbids")
    func clockSetBack() async throws {
        let origin = try silent()
        let clock = TestClock()
        let minute = Int(clock.now.milliseconds / 60_000 % 1_440)
        // A window that closed an hour ago.
        let window = WeeklyWindow(days: DaySet(rawValue: 0x7f), from: (minute + 1_320) % 1_440, to: (minute + 1_380) % 1_440)
        let snapshot = try TestPolicy.snapshot(
            [TestPolicy.rule(.block, "all", during: "bedtime")], schedules: [ScheduleDeclaration(name: "bedtime", windows: [window])])
        try await TestProxy.start(snapshot, clock: clock).run { proxy in
            let client = try tunnel(proxy, origin)
            clock.move(seconds: -90 * 60)
            #expect(client.isClosed())
            let end = await proxy.lastEnd()
            #expect(end?.outcome == .closedByPolicy)
            // Durations are of a clock that does not go back.
            #expect((end?.milliseconds ?? .max) < 60_000)
        }
    }

    @Test("A byte budget that runs out within a download cuts it")
    func byteBudget() async throws {
        let origin = try RawOrigin { connection in
            guard connection.request() != nil else { return }
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10000000\r\n\r\n")
            while connection.socket.send([UInt8](repeating: 1, count: 10_000)) { Thread.sleep(forTimeInterval: 0.02) }
        }
        let budget = BudgetAmount(amount: 100_000, unit: .bytes, period: .day)
        let snapshot = try TestPolicy.snapshot([TestPolicy.rule(.limit, "site:a.test", budget: budget)])
        try await TestProxy.start(snapshot).run { proxy in
            let client = try proxy.connect()
            client.send("GET http://a.test:\(origin.port)/ HTTP/1.1\r\nHost: a.test\r\n\r\n")
            let all = client.receiveAll()
            #expect(all.count > 100_000)
            #expect(all.count < 5_000_000)
            let end = await proxy.lastEnd()
            #expect(end?.outcome == .closedByPolicy)
            #expect(end?.verdict == .block)
            #expect(proxy.get("http://a.test:\(origin.port)/")?.status == 403)
        }
    }

    @Test("A tunnel draws on the budget of the site whose TLS name it shows, whatever host it was asked for under")
    func byteBudgetOfTLSName() async throws {
        let origin = try silent()
        let budget = BudgetAmount(amount: 100_000, unit: .bytes, period: .day)
        let snapshot = try TestPolicy.snapshot([TestPolicy.rule(.limit, "site:games.test", budget: budget)])
        try await TestProxy.start(snapshot).run { proxy in
            let client = try proxy.connect()
            client.send("CONNECT a.test:\(origin.port) HTTP/1.1\r\nHost: a.test\r\n\r\n")
            #expect(client.reply()?.status == 200)
            client.send(ClientHelloBytes.make("games.test"))
            client.send([UInt8](repeating: 1, count: 200_000))
            let end = await proxy.lastEnd()
            #expect(end?.outcome == .closedByPolicy)
            #expect(end?.verdict == .block)
            #expect(end?.rule == "groups.default.rules[0]")
        }
    }

    @Test("A media type that a rule blocks is known with the head: the page stands in for the reply")
    func mediaType() async throws {
        let origin = try RawOrigin.answering { request in
            RawOrigin.ok("x", type: request.hasPrefix("GET /v") ? "Video/MP4; a=b" : "text/html")
        }
        let snapshot = try TestPolicy.snapshot([TestPolicy.rule(.block, "type:video/*")])
        try await TestProxy.start(snapshot).run { proxy in
            #expect(proxy.get("http://a.test:\(origin.port)/t")?.status == 200)
            #expect(proxy.get("http://a.test:\(origin.port)/v")?.status == 403)
            let end = await proxy.lastEnd()
            #expect(end?.verdict == .block)
            #expect(end?.rule == "groups.default.rules[0]")
            #expect(end?.mediaType == "video/mp4")
            #expect(end?.status == 403)
            #expect(proxy.records.last?.beginning.verdict == .allow)
        }
    }

    @Test("A minute with traffic leaves a sign of life")
    func progress() async throws {
        let origin = try RawOrigin { connection in while let bytes = connection.receive() { connection.socket.send(bytes) } }
        let clock = TestClock.atSecond(5)
        try await TestProxy.start(clock: clock).run { proxy in
            let client = try tunnel(proxy, origin)
            #expect(client.receive() == [UInt8(ascii: "x")])
            clock.move(seconds: 60)
            try await Task.sleep(for: .milliseconds(600))
            client.send("y")
            #expect(client.receive() == [UInt8(ascii: "y")])
            let progress = proxy.records.state.withLockedValue { $0.progress }
            #expect(progress.count == 1)
            #expect(progress.first?.up == 2)
            client.shutdownOutput()
            _ = client.receiveAll()
            let end = await proxy.lastEnd()
            #expect(end?.lastMinute == progress.first?.minute)
        }
    }
}
