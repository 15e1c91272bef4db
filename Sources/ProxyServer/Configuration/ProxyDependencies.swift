public import Logging
public import PolicyCore
public import Visits

/// What the proxy is handed by whoever builds it.
public struct ProxyDependencies: Sendable {
    public var ledger: PolicyLedger
    /// Makes the recorder of an event loop, given its index; called once for each loop, used on that loop only.
    public var recorder: @Sendable (Int) -> any VisitRecorder
    public var credentials: any CredentialChecker
    /// What block page and portal are made of.
    public var pages: PageTemplates
    public var signer: any FormSigner
    public var asks: any AskSink
    /// Wall-clock time.
    public var clock: @Sendable () -> Instant
    public var logger: Logger
    /// Listeners of this program beside the proxy's own, the admin site's above all: never reachable through the proxy.
    public var ownAddresses: @Sendable () -> [ListenerAddress]

    public init(
        ledger: PolicyLedger, recorder: @escaping @Sendable (Int) -> any VisitRecorder, credentials: any CredentialChecker,
        pages: PageTemplates, signer: any FormSigner, asks: any AskSink, clock: @escaping @Sendable () -> Instant, logger: Logger,
        ownAddresses: @escaping @Sendable () -> [ListenerAddress] = { [] }
    ) {
        self.ledger = ledger
        self.recorder = recorder
        self.credentials = credentials
        self.pages = pages
        self.signer = signer
        self.asks = asks
        self.clock = clock
        self.logger = logger
        self.ownAddresses = ownAddresses
    }
}
