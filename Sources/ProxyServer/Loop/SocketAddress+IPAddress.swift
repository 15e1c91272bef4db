import NIOCore
import PatternMatching

extension SocketAddress {
    /// - Parameters: address and port, IPv4-mapped addresses as IPv4.
    init(_ address: IPAddress, port: UInt16) throws {
        var packed = ByteBuffer()
        if address.isV4 {
            packed.writeInteger(UInt32(truncatingIfNeeded: address.low))
        } else {
            packed.writeInteger(address.high)
            packed.writeInteger(address.low)
        }
        try self.init(packedIPAddress: packed, port: Int(port))
    }

    /// The address, nil for a Unix socket.
    var ip: IPAddress? { withSockAddr { native, _ in IPAddress(socketAddress: UnsafeRawPointer(native)) } }
}
