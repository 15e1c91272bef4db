import AdminWeb
import Foundation
import Logging
import NIOCore
import PatternMatching
import PolicyCore
import PolicyStore
import Reporting
import ServiceLifecycle
import Synchronization
import VisitStore
import Visits

/// A whole admin site on a free port of the loopback address: real stores in a directory of its own, a clock that the test moves.
final class TestSite: Sendable {
    let policy: PolicyStore
    let visits: VisitStore
    let client: WireClient
    let directory: String
    private let running: Task<Void, any Error>
    private let group: ServiceGroup
    let recorder: any VisitRecorder

    /// 2026-09-01T12:00:00Z.
    static let start: Int64 = 1_788_264_000_000

    static let text = """
        weir: 1
        timezone: UTC
        clients:
          mia: { group: kids, addresses: [192.168.1.20] }
        groups:
          kids:
            rules:
              - block: [games]
                during: bedtime
              - block: [gambling]
                reason: "No gambling"
            default: allow
          default:
            default: allow
        schedules:
          bedtime:
            weekly:
              - { days: sun-thu, from: "21:00", to: "07:00" }
        categories:
          # own entries
          gambling: { title: Gambling, sites: [bet.example] }
          games: { sites: [games.example] }

        """

    private struct NoFetching: ListFetching {
        struct Unreachable: Error {}
        func fetch(_ request: ListRequest) async throws -> ListReply { throw Unreachable() }
    }

    /// Runs `body` against a new site and takes everything away afterwards.
    static func with(policy text: String? = TestSite.text, file: Bool = false, _ body: (TestSite) async throws -> Void) async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "weir-admin-\(UInt64.random(in: 0 ... .max))").path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let site = try await TestSite(directory: directory, text: text, isFile: file)
        do {
            try await body(site)
        } catch {
            await site.stop()
            throw error
        }
        await site.stop()
    }

    private init(directory: String, text: String?, isFile: Bool) async throws {
        self.directory = directory
        let time = TimeBox()
        let clock: @Sendable () -> Instant = { Instant(milliseconds: time.now) }
        self.clock = time
        let file = directory + "/policy.yaml"
        if isFile { try Data((text ?? "").utf8).write(to: URL(fileURLWithPath: file)) }
        policy = try await PolicyStore.open(
            directory: directory, policyFile: isFile ? file : nil, fetcher: NoFetching(), compiler: InProcessListCompiler(),
            zones: SystemZones(),
            clock: clock, scrypt: ScryptCost(logN: 4, r: 1, p: 1))
        if let text, !isFile { _ = try await policy.save(text, author: "test", note: nil) }
        visits = try VisitStore.open(
            VisitStoreOptions(directory: directory, clock: { time.now }, segmentBytes: 64 << 10, drainMilliseconds: 10))
        recorder = visits.makeRecorder(stream: 0)
        let assets = try TestAssets()
        let reports = try ReportCatalog(
            definitions: assets.paths.sorted().filter { $0.hasPrefix("reports/") }.map {
                (String($0.dropFirst("reports/".count).dropLast(".yaml".count)), assets.text(of: $0))
            })
        let status = SystemStatus(
            version: "0.1", started: Instant(milliseconds: TestSite.start), isReady: true, alerts: [],
            metrics: [.init("weir_visits_missing_total", help: "Lost\nvisits", kind: .counter, value: 3, labels: [("why", "a\"b\\")])],
            json: "{\"recording\":\"ok\"}")
        let site = try AdminSite(
            configuration: AdminConfiguration(listen: [.init(host: "127.0.0.1", port: 0)], names: ["weir.test"]),
            dependencies: AdminDependencies(
                policy: policy, visits: visits, reports: reports, assets: assets, state: PolicyLedger(), status: { status },
                pac: { "function FindProxyForURL(u, h) { return \"PROXY \($0):3128\"; }" }, clock: clock,
                logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })))
        let group = ServiceGroup(
            configuration: .init(services: [site], logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })))
        let running = Task { try await group.run() }
        self.running = running
        self.group = group
        var address: SocketAddress?
        for _ in 0..<500 where address == nil {
            try await Task.sleep(for: .milliseconds(10))
            address = site.addresses.first
        }
        guard let address else {
            running.cancel()
            throw NeverListened()
        }
        client = WireClient(address: address)
    }

    struct NeverListened: Error {}

    /// The time everything here goes by.
    final class TimeBox: Sendable {
        private let value = Mutex(TestSite.start)
        var now: Int64 { value.withLock { $0 } }
        func move(seconds: Int64) { value.withLock { $0 += seconds * 1000 } }
    }

    let clock: TimeBox

    /// Asks the site to stop and waits until it has; cut after five seconds.
    /// - Returns: whether it stopped by itself.
    @discardableResult
    func stop() async -> Bool {
        await group.triggerGracefulShutdown()
        let cut = Task { [running] in
            try await Task.sleep(for: .seconds(5))
            running.cancel()
        }
        let ended = await running.result
        cut.cancel()
        visits.close()
        if case .success = ended { return true }
        return false
    }

    /// Records a visit and waits until it can be read.
    func record(_ beginning: VisitBeginning, status: UInt16 = 200) async throws {
        let id = recorder.begin(beginning)
        recorder.end(
            VisitEnd(id: id, status: status, up: 10, down: 2000, milliseconds: 5, outcome: .complete, lastMinute: beginning.time.minute))
        _ = recorder.flush()
        let before = try visits.visits(matching: VisitQuery(), before: nil, limit: 1000).rows.count
        for _ in 0..<300 {
            try await Task.sleep(for: .milliseconds(10))
            if try visits.visits(matching: VisitQuery(), before: nil, limit: 1000).rows.count > before { return }
            if try visits.visits(matching: VisitQuery(host: beginning.host), before: nil, limit: 1).rows.first?.outcome == .complete {
                return
            }
        }
    }

    /// A visit's beginning at the present moment.
    func beginning(host: String, path: String? = "/", client: String = "mia", verdict: VisitVerdict = .allow) -> VisitBeginning {
        VisitBeginning(
            time: Instant(milliseconds: clock.now), client: client, address: IPAddress("192.168.1.20"), group: "kids", method: "GET",
            scheme: "http", host: host, port: 80, path: path, verdict: verdict, rule: "groups.kids.default", generation: 1, isPage: true)
    }

    /// An account that signs in.
    func browser(_ role: Account.Role, name: String? = nil) async throws -> TestBrowser {
        let name = name ?? "the-\(role.rawValue)"
        if try policy.accounts.account(name) == nil {
            try await policy.accounts.create(name, password: "correct horse", role: role, author: "test")
        }
        return try await TestBrowser.signIn(client, user: name, password: "correct horse")
    }
}
