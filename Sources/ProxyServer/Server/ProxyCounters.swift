/// Totals since the start, one set a loop, merged on demand. Every limit and refusal has its own.
public struct ProxyCounters: Sendable, Hashable {
    /// Now.
    public var clientConnections = 0
    public var upstreamConnections = 0
    public var idleUpstreamConnections = 0
    public var openTunnels = 0
    /// Sockets counted against `limits.connections`: both sides, those still connecting included.
    public var openSockets = 0
    /// Since the start.
    public var acceptedConnections = 0
    public var requests = 0
    public var tunnels = 0
    public var allowed = 0
    public var blocked = 0
    public var warned = 0
    public var rejected = 0
    public var bytesUp: UInt64 = 0
    public var bytesDown: UInt64 = 0
    public var upstreamDialled = 0
    public var upstreamReused = 0
    public var upstreamFailed = 0
    public var retried = 0
    public var closedByPolicy = 0
    /// Judgements of what was running: none where nothing changes.
    public var judgedAgain = 0
    public var policyErrors = 0
    /// Requests to a service whose restricted form has no address.
    public var unresolvedSubstitutes = 0
    public var hostMismatches = 0
    public var recordingRefused = 0
    /// By limit.
    public var overConnections = 0
    public var overConnectionsPerClient = 0
    public var overHeadBytes = 0
    public var overHeadFields = 0
    public var overFieldBytes = 0
    public var overTargetBytes = 0
    public var headTimeouts = 0
    public var idleTimeouts = 0
    public var connectTimeouts = 0
    public var responseTimeouts = 0
    public var tunnelIdleTimeouts = 0
    public var slowBodies = 0
    public var stalledWrites = 0
    /// Connections looked at because a deadline might have passed.
    public var deadlinesLookedAt = 0
    /// Rejects by reason code.
    public var rejections: [String: Int] = [:]

    public init() {}
}

extension ProxyCounters {
    /// Adds another loop's totals.
    mutating func add(_ other: ProxyCounters) {
        for path in Self.numbers { self[keyPath: path] += other[keyPath: path] }
        bytesUp &+= other.bytesUp
        bytesDown &+= other.bytesDown
        rejections.merge(other.rejections, uniquingKeysWith: +)
    }

    private static var numbers: [WritableKeyPath<ProxyCounters, Int>] {
        [
            \.clientConnections, \.upstreamConnections, \.idleUpstreamConnections, \.openTunnels, \.acceptedConnections, \.requests,
            \.tunnels, \.allowed, \.blocked, \.warned, \.rejected, \.upstreamDialled, \.upstreamReused, \.upstreamFailed, \.retried,
            \.closedByPolicy, \.judgedAgain, \.policyErrors, \.unresolvedSubstitutes, \.hostMismatches, \.recordingRefused,
            \.overConnections, \.overConnectionsPerClient,
            \.overHeadBytes, \.overHeadFields, \.overFieldBytes, \.overTargetBytes, \.headTimeouts, \.idleTimeouts, \.connectTimeouts,
            \.responseTimeouts, \.tunnelIdleTimeouts, \.slowBodies, \.stalledWrites, \.deadlinesLookedAt,
        ]
    }
}
