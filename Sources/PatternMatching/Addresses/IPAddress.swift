/// An IPv4 or IPv6 address. An IPv4-mapped IPv6 address is its IPv4 address.
public struct IPAddress: Hashable, Sendable {
    /// The 128 bits; IPv4 addresses are held as `::ffff:a.b.c.d`.
    public let high: UInt64
    public let low: UInt64

    public var isV4: Bool { high == 0 && low >> 32 == 0xffff }

    /// 127.0.0.0/8 or ::1: this machine itself.
    public var isLoopback: Bool { isV4 ? low >> 24 & 0xff == 127 : high == 0 && low == 1 }

    /// Whom limits count, written as an address: an IPv4 address, or the first of an IPv6 /64, of which whoever has one address has as many as he
    /// likes. `::1` is itself.
    public var client: IPAddress { isV4 || isLoopback ? self : IPAddress(high: high, low: 0) }

    /// - Parameters: the upper and lower 64 bits in host order.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// - Parameter v4: the 32 bits in host order.
    public init(v4: UInt32) {
        self.init(high: 0, low: 0xffff_0000_0000 | UInt64(v4))
    }
}
