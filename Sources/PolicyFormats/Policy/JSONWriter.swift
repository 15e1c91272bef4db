/// Writes JSON text.
struct JSONWriter {
    private(set) var bytes: [UInt8] = []
    private var needsComma = false

    init() { bytes.reserveCapacity(512) }

    var text: String { String(decoding: bytes, as: UTF8.self) }

    mutating func begin(_ bracket: Character) {
        separate()
        raw(String(bracket))
        needsComma = false
    }

    mutating func end(_ bracket: Character) {
        raw(String(bracket))
        needsComma = true
    }

    mutating func key(_ name: StaticString) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        name.withUTF8Buffer { bytes.append(contentsOf: $0) }
        bytes.append(contentsOf: [UInt8(ascii: "\""), UInt8(ascii: ":")])
        needsComma = false
    }

    /// nil is null.
    mutating func string(_ text: String?) {
        separate()
        needsComma = true
        guard let text else { return raw("null") }
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 { escape(byte) }
        bytes.append(UInt8(ascii: "\""))
    }

    /// nil is null.
    mutating func number(_ number: Int?) {
        separate()
        needsComma = true
        raw(number.map { String($0) } ?? "null")
    }

    mutating func value(_ value: JSONValue) {
        switch value {
        case .string(let text): string(text)
        case .null: string(nil)
        case .bool(let flag): plain(flag ? "true" : "false")
        case .number(let text): plain(text)
        case .array(let items):
            begin("[")
            for item in items { self.value(item) }
            end("]")
        case .object(let pairs):
            begin("{")
            for (key, value) in pairs {
                string(key)
                raw(":")
                needsComma = false
                self.value(value)
            }
            end("}")
        }
    }

    private mutating func plain(_ text: String) {
        separate()
        needsComma = true
        raw(text)
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
    }

    private mutating func raw(_ text: String) { bytes.append(contentsOf: text.utf8) }

    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"):
            bytes.append(UInt8(ascii: "\\"))
            bytes.append(byte)
        case 0x0a: raw("\\n")
        case 0..<0x20, 0x7f: raw("\\u00" + (byte < 0x10 ? "0" : "") + String(byte, radix: 16))
        default: bytes.append(byte)
        }
    }
}
