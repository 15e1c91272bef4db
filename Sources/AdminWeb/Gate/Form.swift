/// Names and values of an `application/x-www-form-urlencoded` body or a query, in order; a name may come more than once.
struct Form: Sendable {
    /// More fields than this are dropped: no form here has a tenth of it.
    static let mostFields = 2000

    private(set) var fields: [(name: String, value: String)] = []

    init() {}

    /// Reads the WHATWG URL standard's urlencoded form; what is not valid UTF-8 is repaired, a broken `%` stays as it is.
    init(_ bytes: some Collection<UInt8>) {
        for piece in bytes.split(separator: UInt8(ascii: "&"), maxSplits: Self.mostFields) {
            let parts = piece.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = parts.first else { continue }
            fields.append((Self.decode(name), parts.count > 1 ? Self.decode(parts[1]) : ""))
            if fields.count == Self.mostFields { return }
        }
    }

    init(query: String?) { self.init(Array((query ?? "").utf8)) }

    mutating func add(_ name: String, _ value: String) {
        if fields.count < Self.mostFields { fields.append((name, value)) }
    }

    /// The first value of that name.
    subscript(_ name: String) -> String? { fields.first { $0.name == name }?.value }

    func all(_ name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }

    /// The first value of that name without blanks around it, nil where that is empty.
    func text(_ name: String) -> String? {
        guard let value = self[name]?.trimmed, !value.isEmpty else { return nil }
        return value
    }

    func flag(_ name: String) -> Bool { self[name].map { $0 == "on" || $0 == "true" || $0 == "1" || $0 == "yes" } ?? false }

    /// Percent-encoded bytes decoded; a `+` stays one.
    static func percentDecoded(_ text: String) -> String { decode(Array(text.utf8), plusIsSpace: false) }

    private static func decode(_ bytes: some Collection<UInt8>, plusIsSpace: Bool = true) -> String {
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count)
        var rest = bytes[...]
        while let byte = rest.popFirst() {
            if plusIsSpace, byte == UInt8(ascii: "+") {
                out.append(UInt8(ascii: " "))
            } else if byte == UInt8(ascii: "%"), let high = rest.first.flatMap(hexValue), let low = rest.dropFirst().first.flatMap(hexValue)
            {
                out.append(high << 4 | low)
                rest = rest.dropFirst(2)
            } else {
                out.append(byte)
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// `text` as it may stand in a query or a path segment: everything but RFC 3986's unreserved characters encoded.
    static func encode(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var out: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
                out.append(byte)
            default:
                out += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// A query of the given pairs, those without a value left out; empty where none is left, else beginning with `?`.
    static func query(_ pairs: [(String, String?)]) -> String {
        let parts = pairs.compactMap { name, value in value.flatMap { $0.isEmpty ? nil : "\(encode(name))=\(encode($0))" } }
        return parts.isEmpty ? "" : "?" + parts.joined(separator: "&")
    }
}
