public import PolicyCore

/// The proxy: listeners, one event loop a core, each with its own snapshot, upstream pool, recorder and counters.
///
/// Start it with a snapshot published, publish again whenever the policy, a list or a grant changes, drain it before the process ends.
public final class ProxyServer: Sendable {
    public init(configuration: ProxyConfiguration, dependencies: ProxyDependencies) throws {}

    /// Binds every listener and begins to serve.
    /// - Returns: the addresses bound, with the kernel's ports where 0 was asked for.
    public func start() async throws -> [ListenerAddress] { [] }

    /// Makes every loop judge with this snapshot from its next request on, and judges what is running again.
    public func publish(_ snapshot: PolicySnapshot) {}

    /// Judges what is running again: a budget, grant or continued warning has changed.
    public func rejudge() {}

    /// Takes the keys that need no new socket: who may connect, ports, egress, names, limits, authentication.
    public func reload(_ configuration: ProxyConfiguration) throws {}

    /// Stops accepting, lets what runs end within `seconds`, cuts the rest; every visit is recorded when it returns.
    public func drain(seconds: Int) async {}

    /// Totals of all loops.
    public func counters() async -> ProxyCounters { ProxyCounters() }
}
