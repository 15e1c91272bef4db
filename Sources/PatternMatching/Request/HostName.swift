/// A host in the one form all spellings of it have in common.
public enum CanonicalHost: Hashable, Sendable {
    /// Labels in lower case, IDN as punycode, no trailing dot.
    case name(String)
    case address(IPAddress)

    /// As it stands in a canonical URL, without the brackets of an IPv6 literal.
    public var text: String {
        switch self {
        case .name(let name): name
        case .address(let address): address.description
        }
    }
}

/// Host names as the WHATWG URL standard reads them.
public enum HostName {
    /// The WHATWG host parser: percent-decoding, IDN by nontransitional UTS 46, IPv4 in every spelling, IPv6 in brackets.
    /// - Returns: nil for what is no host: forbidden characters, empty labels, labels over 63 bytes, names over 253, what ends in a number
    ///   and is no IPv4 address.
    public static func canonical(_ bytes: some Collection<UInt8>) -> CanonicalHost? {
        bytes.withContiguousStorageIfAvailable { canonical($0) } ?? Array(bytes).withUnsafeBufferPointer { canonical($0) }
    }

    /// The same from text.
    public static func canonical(_ text: String) -> CanonicalHost? {
        var text = text
        return text.withUTF8 { canonical($0) }
    }

    private static func canonical(_ bytes: UnsafeBufferPointer<UInt8>) -> CanonicalHost? {
        var out: [UInt8] = []
        guard let address = try? HostParser.append(bytes, to: &out) else { return nil }
        switch address {
        case .address(let address): return .address(address)
        case .name: return .name(String(decoding: out, as: UTF8.self))
        }
    }
}
