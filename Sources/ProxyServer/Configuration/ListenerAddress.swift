public import PatternMatching

/// An address and port something of ours listens on, or is to listen on. Port 0 lets the kernel choose.
public struct ListenerAddress: Sendable, Hashable {
    public var address: IPAddress
    public var port: UInt16

    public init(address: IPAddress, port: UInt16) {
        self.address = address
        self.port = port
    }
}
