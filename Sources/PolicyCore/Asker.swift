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

extension MACAddress: LosslessStringConvertible {
    /// `3c:22:fb:01:02:03`; dashes for colons, dotted groups of four and twelve bare digits are read too.
    public init?(_ text: String) {
        let digits = text.utf8.filter { $0 != UInt8(ascii: ":") && $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: ".") }
        let separators = text.utf8.count - digits.count
        guard digits.count == 12, [0, 2, 5].contains(separators), digits.allSatisfy({ Character(UnicodeScalar($0)).isHexDigit }) else {
            return nil
        }
        // Separators stand between pairs, or between fours where there are two of them.
        if separators > 0 {
            let width = separators == 5 ? 2 : 4
            let groups = text.split(omittingEmptySubsequences: false) { $0 == ":" || $0 == "-" || $0 == "." }
            guard groups.allSatisfy({ $0.utf8.count == width }) else { return nil }
        }
        guard let bits = UInt64(String(decoding: digits, as: UTF8.self), radix: 16) else { return nil }
        self.init(bits: bits)
    }

    /// Lower case, with colons.
    public var description: String {
        (0..<6).map { index in
            let byte = String((bits >> UInt64(40 - index * 8)) & 0xff, radix: 16)
            return byte.utf8.count == 1 ? "0" + byte : byte
        }.joined(separator: ":")
    }
}
