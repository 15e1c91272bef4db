/// A URL entry in canonical form: `host[:port]/path`, no scheme, no user info, a trailing slash ignored.
struct URLEntryText {
    private(set) var host: [UInt8] = []
    private(set) var port: UInt16?
    /// Canonical, empty for the whole host; in lower case for a caseless entry.
    private(set) var path: [UInt8] = []

    init(_ text: String, caseless: Bool) throws(EntryError) {
        let bytes = Array(text.utf8)
        let pathStart = bytes.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") } ?? bytes.count
        var authority = bytes[..<pathStart]
        if let colon = authority.lastIndex(of: UInt8(ascii: ":")), authority.last != UInt8(ascii: "]") {
            guard let number = UInt16(String(decoding: authority[(colon + 1)...], as: UTF8.self)), number > 0,
                authority[colon + 1] != UInt8(ascii: "+")
            else { throw .badPort }
            port = number
            authority = authority[..<colon]
        }
        guard HostParser.read(authority, to: &host) != nil else { throw .badHost }
        let end = bytes.firstIndex(of: UInt8(ascii: "#")) ?? bytes.count
        try readPath(bytes[pathStart..<max(pathStart, end)], caseless: caseless)
    }

    private mutating func readPath(_ raw: ArraySlice<UInt8>, caseless: Bool) throws(EntryError) {
        let query = raw.firstIndex(of: UInt8(ascii: "?")) ?? raw.endIndex
        guard raw.count <= 16_384, raw.allSatisfy({ $0 > 0x20 && $0 != 0x7f }), !raw[..<query].contains(UInt8(ascii: "\\")) else {
            throw .badPath
        }
        guard !raw.isEmpty else { return }
        raw.withUnsafeBufferPointer { URLPath.appendCanonical($0, to: &path) }
        if path.last == UInt8(ascii: "/") { path.removeLast() }
        if caseless { path = path.map(lowercased) }
    }

    /// What the entry is as text.
    var canonical: [UInt8] {
        host + (port.map { Array(":\($0)".utf8) } ?? []) + path
    }
}

extension HostParser {
    /// The host of an entry, as a URL would hold it; an IPv6 address needs no brackets here. Characters that URLs allow and no name in use
    /// holds (`*`, `=`, `(`, …) are refused: they are meant otherwise than they would be taken.
    static func read(_ text: ArraySlice<UInt8>, to out: inout [UInt8]) -> Found? {
        let start = out.count
        switch text.withUnsafeBufferPointer({ try? append($0, to: &out) }) {
        case .address(let address): return .address(address)
        case .name: return out[start...].allSatisfy(isInUse) ? .name : nil
        case nil:
            out.removeSubrange(start...)
            guard text.contains(UInt8(ascii: ":")), let address = IPAddress(bytes: text) else { return nil }
            append(address, to: &out)
            return .address(address)
        }
    }

    private static func isInUse(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
