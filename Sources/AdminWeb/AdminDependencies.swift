public import Logging
public import PolicyCore
public import PolicyStore
public import Reporting
public import VisitStore

/// What the admin site shows and changes; all of it is built by the executable.
public struct AdminDependencies: Sendable {
    public var policy: PolicyStore
    public var visits: VisitStore
    public var reports: ReportCatalog
    /// `web/admin/*`, `web/static/*` and the starter policies `policies/*.yaml`.
    public var assets: any AssetCatalog
    /// Budgets used and warnings continued, as the proxy sees them: for *Why?* and time left.
    public var state: any PolicyState
    /// How the program is. Asked for each page: quick.
    public var status: @Sendable () async -> SystemStatus
    /// The PAC file for a browser that reaches this machine by the given host.
    public var pac: @Sendable (_ host: String) -> String
    public var clock: @Sendable () -> Instant
    public var logger: Logger

    public init(
        policy: PolicyStore, visits: VisitStore, reports: ReportCatalog, assets: any AssetCatalog, state: any PolicyState,
        status: @escaping @Sendable () async -> SystemStatus, pac: @escaping @Sendable (_ host: String) -> String,
        clock: @escaping @Sendable () -> Instant, logger: Logger
    ) {
        self.policy = policy
        self.visits = visits
        self.reports = reports
        self.assets = assets
        self.state = state
        self.status = status
        self.pac = pac
        self.clock = clock
        self.logger = logger
    }
}
