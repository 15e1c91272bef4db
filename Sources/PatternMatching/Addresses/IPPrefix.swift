/// A block of addresses: those whose first `length` bits are those of `address`.
public struct IPPrefix: Hashable, Sendable {
    /// The block's first address: bits after `length` are zero.
    public let address: IPAddress
    /// 0…128 of the 128 bits. An IPv4 prefix is held 96 longer than it is written: `10.0.0.0/8` has length 104.
    public let length: Int

    /// Masks the host bits of `address`.
    /// - Parameter length: of the 128 bits; nil outside 0…128.
    public init?(address: IPAddress, length: Int) {
        guard (0...128).contains(length) else { return nil }
        self.length = length
        self.address = address.masked(to: length)
    }

    /// A block of IPv4 addresses. An IPv6 block never holds IPv4 addresses: `::/0` is all of IPv6.
    public var isV4: Bool { length >= 96 && address.isV4 }

    public func contains(_ other: IPAddress) -> Bool {
        other.isV4 == isV4 && other.masked(to: length) == address
    }
}

extension IPPrefix: LosslessStringConvertible {
    /// `10.0.0.0/8`, `fd00::/8`, or an address alone. Host bits may be set: they are masked.
    public init?(_ text: String) {
        guard let slash = text.utf8.firstIndex(of: UInt8(ascii: "/")) else {
            guard let address = IPAddress(text) else { return nil }
            self.init(address: address, length: 128)
            return
        }
        let digits = text.utf8[text.utf8.index(after: slash)...]
        guard let address = IPAddress(String(text[..<slash])), (1...3).contains(digits.count),
            digits.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }),
            digits.count == 1 || digits.first != UInt8(ascii: "0"), let written = Int(String(text[text.index(after: slash)...]))
        else { return nil }
        // "::ffff:10.0.0.0/104" counts bits of the IPv6 form it is written in.
        let isQuad = !text.utf8.contains(UInt8(ascii: ":"))
        guard written <= (isQuad ? 32 : 128) else { return nil }
        self.init(address: address, length: isQuad ? written + 96 : written)
    }

    /// As written in a policy, always with its length.
    public var description: String { "\(address)/\(isV4 ? length - 96 : length)" }
}

extension IPAddress {
    /// The address with all but the first `length` (0…128) bits zero.
    func masked(to length: Int) -> IPAddress {
        let top: UInt64 = length >= 64 ? .max : ~(.max >> UInt64(max(length, 0)))
        let bottom: UInt64 = length >= 128 ? .max : length <= 64 ? 0 : ~(.max >> UInt64(length - 64))
        return IPAddress(high: high & top, low: low & bottom)
    }
}
