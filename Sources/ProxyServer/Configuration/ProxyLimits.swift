/// The `limits:` of the configuration. Times are seconds, sizes bytes.
public struct ProxyLimits: Sendable, Hashable {
    /// Sockets of both sides together.
    public var connections = 18_000
    public var connectionsPerClient = 256
    public var headBytes = 65_536
    public var headFields = 200
    public var fieldBytes = 32_768
    public var targetBytes = 16_384
    public var headSeconds = 10
    public var idleSeconds = 60
    public var connectSeconds = 10
    public var responseSeconds = 300
    public var tunnelIdleSeconds = 3_600

    public init() {}
}
