/// A JSON value (RFC 8259) as a batch line holds it; numbers keep their text.
enum JSONValue: Equatable {
    case null
    case bool(Bool)
    case number(String)
    case string(String)
    case array([JSONValue])
    /// In the order written; of a key written twice the last counts.
    case object([(key: String, value: JSONValue)])

    static func == (a: JSONValue, b: JSONValue) -> Bool {
        switch (a, b) {
        case (.null, .null): true
        case (.bool(let a), .bool(let b)): a == b
        case (.number(let a), .number(let b)): a == b
        case (.string(let a), .string(let b)): a == b
        case (.array(let a), .array(let b)): a == b
        case (.object(let a), .object(let b)): a.count == b.count && zip(a, b).allSatisfy { $0.key == $1.key && $0.value == $1.value }
        default: false
        }
    }

    subscript(key: String) -> JSONValue? {
        guard case .object(let pairs) = self else { return nil }
        return pairs.last { $0.key == key }?.value
    }
}

/// Reads one JSON value.
struct JSONReader {
    struct Failure: Error {
        let offset: Int
        /// Members of the outermost object that stood whole before it.
        var before = JSONValue.object([])
    }

    private let bytes: [UInt8]
    private var index = 0
    private static let deepest = 64
    /// Of the outermost object, as far as it has been read.
    private var members: [(key: String, value: JSONValue)] = []

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// - Throws: ``Failure`` with the byte at which the text stops being JSON.
    static func read(_ text: String) throws(Failure) -> JSONValue {
        var reader = JSONReader(Array(text.utf8))
        do throws(Failure) {
            return try reader.whole()
        } catch {
            throw Failure(offset: error.offset, before: .object(reader.members))
        }
    }

    private mutating func whole() throws(Failure) -> JSONValue {
        let value = try value(depth: 0)
        skipBlanks()
        guard index == bytes.count else { throw Failure(offset: index) }
        return value
    }

    private var current: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func skipBlanks() {
        while let byte = current, byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d { index += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        skipBlanks()
        guard current == byte else { return false }
        index += 1
        return true
    }

    private mutating func value(depth: Int) throws(Failure) -> JSONValue {
        skipBlanks()
        guard depth < JSONReader.deepest, let byte = current else { throw Failure(offset: index) }
        switch byte {
        case UInt8(ascii: "{"): return try object(depth)
        case UInt8(ascii: "["): return try array(depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    private mutating func word(_ word: StaticString, _ value: JSONValue) throws(Failure) -> JSONValue {
        let end = index + word.utf8CodeUnitCount
        let matches = word.withUTF8Buffer { end <= bytes.count && bytes[index..<end].elementsEqual($0) }
        guard matches else { throw Failure(offset: index) }
        index = end
        return value
    }

    private mutating func object(_ depth: Int) throws(Failure) -> JSONValue {
        index += 1
        var pairs: [(key: String, value: JSONValue)] = []
        if take(UInt8(ascii: "}")) { return .object(pairs) }
        repeat {
            skipBlanks()
            guard current == UInt8(ascii: "\"") else { throw Failure(offset: index) }
            let key = try string()
            guard take(UInt8(ascii: ":")) else { throw Failure(offset: index) }
            pairs.append((key, try value(depth: depth + 1)))
            if depth == 0 { members = pairs }
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "}")) else { throw Failure(offset: index) }
        return .object(pairs)
    }

    private mutating func array(_ depth: Int) throws(Failure) -> JSONValue {
        index += 1
        var items: [JSONValue] = []
        if take(UInt8(ascii: "]")) { return .array(items) }
        repeat { items.append(try value(depth: depth + 1)) } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "]")) else { throw Failure(offset: index) }
        return .array(items)
    }

    private mutating func number() throws(Failure) -> JSONValue {
        let start = index
        if current == UInt8(ascii: "-") { index += 1 }
        let whole = try digits()
        if whole > 1, bytes[index - whole] == UInt8(ascii: "0") { throw Failure(offset: start) }
        if current == UInt8(ascii: ".") {
            index += 1
            _ = try digits()
        }
        if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
            index += 1
            if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { index += 1 }
            _ = try digits()
        }
        return .number(String(decoding: bytes[start..<index], as: UTF8.self))
    }

    private mutating func digits() throws(Failure) -> Int {
        let start = index
        while let byte = current, (0x30...0x39).contains(byte) { index += 1 }
        guard index > start else { throw Failure(offset: index) }
        return index - start
    }

    private mutating func string() throws(Failure) -> String {
        index += 1
        let start = index
        // Nearly every string holds no escape.
        while let byte = current, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { index += 1 }
        var text = Array(bytes[start..<index])
        while let byte = current {
            index += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): try escape(into: &text)
            case 0x20...: text.append(byte)
            default: throw Failure(offset: index - 1)
            }
        }
        throw Failure(offset: index)
    }

    private mutating func escape(into text: inout [UInt8]) throws(Failure) {
        guard let byte = current else { throw Failure(offset: index) }
        index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0c)
        case UInt8(ascii: "n"): text.append(0x0a)
        case UInt8(ascii: "r"): text.append(0x0d)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): text += Array(String(try unicode()).utf8)
        default: throw Failure(offset: index - 1)
        }
    }

    /// The four digits behind `\u`, with the second half of a surrogate pair where there is one.
    private mutating func unicode() throws(Failure) -> Character {
        let first = try hex()
        if let scalar = UnicodeScalar(first) { return Character(scalar) }
        guard first < 0xdc00, current == UInt8(ascii: "\\"), index + 1 < bytes.count, bytes[index + 1] == UInt8(ascii: "u") else {
            throw Failure(offset: index)
        }
        index += 2
        let second = try hex()
        guard (0xdc00...0xdfff).contains(second), let scalar = UnicodeScalar(0x10000 + (first - 0xd800) << 10 + (second - 0xdc00)) else {
            throw Failure(offset: index)
        }
        return Character(scalar)
    }

    private mutating func hex() throws(Failure) -> UInt32 {
        guard index + 4 <= bytes.count else { throw Failure(offset: index) }
        var value: UInt32 = 0
        for byte in bytes[index..<(index + 4)] {
            guard let digit = Character(UnicodeScalar(byte)).hexDigitValue else { throw Failure(offset: index) }
            value = value << 4 | UInt32(digit)
        }
        index += 4
        return value
    }
}
