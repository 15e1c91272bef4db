public import PatternMatching

/// A PROXY protocol header, version 1 or 2, as a trusted peer puts it before everything else.
public struct ProxyProtocolHeader: Sendable, Hashable {
    /// The client's address and port; nil for `UNKNOWN` and `LOCAL`: the connection's own hold.
    public var source: IPAddress?
    public var sourcePort: UInt16
    public var destination: IPAddress?
    public var destinationPort: UInt16

    public enum Step: Sendable, Hashable {
        case more
        case header(ProxyProtocolHeader, length: Int)
        /// The connection does not begin with one.
        case none
        case refuse(Refusal)
    }

    /// - Parameter bytes: everything received so far.
    public static func read(_ bytes: UnsafeRawBufferPointer) -> Step { .none }
}
