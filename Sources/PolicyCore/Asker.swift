public import PatternMatching

/// Who is asking, as far as the wire tells.
public struct Asker: Sendable, Hashable {
    public var address: IPAddress?
    public var mac: MACAddress?
    /// An authenticated user name.
    public var user: String?

    public init(address: IPAddress? = nil, mac: MACAddress? = nil, user: String? = nil) {
        self.address = address
        self.mac = mac
        self.user = user
    }
}

/// A 48-bit hardware address.
public struct MACAddress: Hashable, Sendable {
    public let bits: UInt64

    public init(bits: UInt64) { self.bits = bits & 0xffff_ffff_ffff }
}
