import AdminWeb
import Foundation
import Logging
import NIOCore
import NIOPosix
import PatternMatching
import PolicyCore
import PolicyStore
import ProxyServer
import Reporting
import ServiceLifecycle
import VisitStore

/// The running program: every part built once, handed to one another, started and stopped in order.
final class Server: Sendable {
    let configuration: Configuration
    let lock: DataDirectory
    let logger: Logger
    let started = WallClock.now()
    let policy: PolicyStore
    let visits: VisitStore
    let proxy: ProxyServer
    let site: AdminSite
    let admin: AdminConfiguration
    let boundProxy: [ListenerAddress]
    let reloading: Reloading
    let access: AccessLog

    /// Opens the stores, binds the proxy's listeners and begins to serve.
    /// - Parameter predecessor: the process whose place this one takes.
    /// - Throws: a sentence for people about the first thing that cannot be.
    init(
        _ configuration: Configuration, file: ConfigurationOption, predecessor: Successor.Predecessor?, log: LineLogHandler.Settings,
        logger: Logger
    ) async throws {
        self.configuration = configuration
        self.logger = logger
        let descriptors = Descriptors.raise()
        let fitting = configuration.limits.proxyLimits(descriptors: descriptors).connections
        if configuration.limits.connectionsGiven, fitting < configuration.limits.connections {
            logger.warning(
                "limits.connections is cut from \(configuration.limits.connections) to \(fitting): this process may have \(descriptors) files open"
            )
        }
        lock = try DataDirectory(configuration.data)
        BackupFolder.removeAbandoned(in: configuration.data)
        let zones = SystemZones()
        let gate = LateGate()
        policy = try await Server.openPolicy(configuration, zones: zones, gate: gate, logger: logger)
        let snapshot = await policy.snapshot
        let zone = try ReportingZone.named(configuration.visits.timezone, policy: snapshot.document.timezone, zones: zones)
        visits = try VisitStore.open(configuration.visitOptions(data: configuration.data, zone: zone))
        let ledger = PolicyLedger()
        let week = Instant(milliseconds: started.milliseconds - 8 * 86_400_000)
        for note in visits.ledgerSeed(since: week) { ledger.note(note) }
        visits.onPredecessorsUse { notes in
            for note in notes { ledger.note(note) }
        }

        let certificate = try configuration.adminTLS().map(AdminCertificate.init)
        let admin = Server.adminConfiguration(configuration, certificate, descriptors: descriptors)
        self.admin = admin
        access = AccessLog(visits: visits)
        try await access.write(to: configuration.log.access)
        let visits = visits
        let policy = policy
        let key = try FormKey(data: configuration.data)
        proxy = try ProxyServer(
            configuration: try configuration.proxySettings(descriptors: descriptors),
            dependencies: ProxyDependencies(
                ledger: ledger, recorder: { visits.makeRecorder(stream: $0) }, credentials: StoredCredentials(accounts: policy.accounts),
                pages: try EmbeddedAssets.shared.pageTemplates(), signer: key, asks: StoredAsks(policy: policy, logger: logger),
                clock: WallClock.now, logger: logger,
                ownAddresses: {
                    configuration.admin.listen.compactMap(\.listener)
                }))
        let proxy = proxy
        if let fetchGate = proxy.fetchGate { await gate.open(fetchGate) }
        // The first snapshot is there before the first connection; later ones replace it on every loop.
        await policy.onPublish { proxy.publish($0) }
        await policy.onPublish { visits.describe(PolicyParts($0)) }
        if configuration.visits.timezone == nil {
            await policy.onPublish { snapshot in
                guard let zone = try? ReportingZone.named(nil, policy: snapshot.document.timezone, zones: zones) else { return }
                visits.use(zone)
            }
        }
        predecessor?.stopAccepting()
        boundProxy = try await proxy.start(given: PassedSockets.take())
        // No error, but none of the levels that may be left out either.
        if let openness = configuration.proxy.openness { logger.error("\(openness)") }

        let status = StatusSource(
            started: started, policy: policy, visits: visits, proxy: proxy, addresses: boundProxy.map(\.text), descriptors: descriptors)
        site = try AdminSite(
            configuration: admin,
            dependencies: AdminDependencies(
                policy: policy, visits: visits, reports: try EmbeddedAssets.shared.reports(data: configuration.data),
                assets: EmbeddedAssets.shared, state: ledger, status: { await status.current() },
                pac: { proxy.autoConfiguration(proxy: Server.authority($0, port: admin.proxyPort)) }, clock: WallClock.now, logger: logger))
        self.status = status
        reloading = Reloading(
            file: file, started: configuration,
            parts: Reloading.Parts(
                descriptors: descriptors, policy: policy, visits: visits, proxy: proxy, site: site, certificate: certificate,
                access: access, log: log, logger: logger))
    }

    let status: StatusSource

    private static func openPolicy(
        _ configuration: Configuration, zones: SystemZones, gate: LateGate, logger: Logger
    ) async throws -> PolicyStore {
        let fetcher = ListFetcher { host, port in try await gate.get().allowedAddress(of: host, port: port) }
        let policy = try await PolicyStore.open(
            directory: configuration.data, policyFile: configuration.policy, fetcher: fetcher,
            compiler: ChildListCompiler.own(data: configuration.data), zones: zones,
            clock: WallClock.now, logger: logger)
        // A new database starts with the home policy, so that a proxy without set-up is a useful one.
        if configuration.policy == nil, try await policy.history().isEmpty, let home = EmbeddedAssets.shared.text("policies/home.yaml") {
            let revision = try await policy.save(home, author: "set-up", note: "policies/home.yaml")
            logger.info("the home policy is in force as revision \(revision.number)")
        }
        return policy
    }

    private static func adminConfiguration(
        _ configuration: Configuration, _ certificate: AdminCertificate?, descriptors: Int
    ) -> AdminConfiguration {
        let admin = configuration.admin
        return AdminConfiguration(
            listen: admin.listen.map { .init(host: $0.host, port: $0.port) }, tls: certificate?.configuration, names: admin.names,
            proxyPort: configuration.proxy.listen.first?.port ?? 3_128, portalName: configuration.portal.name,
            mostConnections: configuration.limits.adminConnections(descriptors: descriptors))
    }

    /// - Parameter host: a name or an address, an IPv6 one with or without brackets.
    static func authority(_ host: String, port: Int) -> String {
        host.contains(":") && !host.hasPrefix("[") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    /// Services that end when asked to, and are cut where they have not after two seconds: a page that shows visits live never ends by itself.
    static func services(_ services: [any Service], logger: Logger) -> ServiceGroup {
        var configuration = ServiceGroupConfiguration(services: services, logger: logger)
        configuration.maximumGracefulShutdownDuration = .seconds(2)
        return ServiceGroup(configuration: configuration)
    }

    /// Stops in order: no new requests, what runs ends or is cut, everything is recorded, then the stores close.
    func stop(seconds: Int) async {
        await proxy.drain(seconds: seconds)
        visits.close()
    }
}

/// The way out for those that are built before the proxy: lists are fetched only once it is there.
actor LateGate {
    private var gate: FetchGate?
    private var waiting: [CheckedContinuation<FetchGate, Never>] = []

    func open(_ gate: FetchGate) {
        self.gate = gate
        for waiter in waiting { waiter.resume(returning: gate) }
        waiting = []
    }

    func get() async -> FetchGate {
        if let gate { return gate }
        return await withCheckedContinuation { waiting.append($0) }
    }
}

extension ListenerAddress {
    var text: String { address.isV4 ? "\(address):\(port)" : "[\(address)]:\(port)" }
}
