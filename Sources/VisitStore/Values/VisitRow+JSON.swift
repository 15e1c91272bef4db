internal import PolicyCore
internal import Visits

extension VisitRow {
    /// The visit as one line of JSON without a line feed: exactly the fields of `weir visits --format jsonl`, in their order, absent values null.
    public var jsonLine: String {
        var line = JSONLine()
        line.text("id", id)
        line.text("time", CivilTime.rfc3339(time.milliseconds))
        line.text("client", client)
        line.text("address", address)
        line.text("user", user)
        line.text("group", group)
        line.text("method", method)
        line.text("scheme", scheme)
        line.text("host", host)
        line.number("port", port.map(UInt64.init))
        line.text("path", path)
        line.text("verdict", verdict.rawValue)
        line.text("rule", rule)
        line.text("category", category)
        line.number("status", status.map(UInt64.init))
        line.number("up", up)
        line.number("down", down)
        line.number("ms", milliseconds)
        line.text("outcome", outcome.rawValue)
        line.text("reason", reason)
        line.number("generation", generation == 0 ? nil : generation)
        return line.finish()
    }
}

/// Writes one flat JSON object, key by key.
struct JSONLine {
    private var bytes: [UInt8] = [UInt8(ascii: "{")]

    mutating func text(_ key: StaticString, _ value: String?) {
        self.key(key)
        if let value { quote(value) } else { bytes.append(contentsOf: "null".utf8) }
    }

    mutating func number(_ key: StaticString, _ value: UInt64?) {
        self.key(key)
        if let value { bytes.append(contentsOf: String(value).utf8) } else { bytes.append(contentsOf: "null".utf8) }
    }

    consuming func finish() -> String {
        bytes.append(UInt8(ascii: "}"))
        return String(decoding: bytes, as: UTF8.self)
    }

    private mutating func key(_ key: StaticString) {
        if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
        bytes.append(UInt8(ascii: "\""))
        key.withUTF8Buffer { bytes.append(contentsOf: $0) }
        bytes.append(contentsOf: "\":".utf8)
    }

    private mutating func quote(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x22, 0x5c:
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(contentsOf: scalar.utf8)
            case 0x0a: bytes.append(contentsOf: "\\n".utf8)
            // What a terminal acts on or what turns the direction of text is spelt out (SECURITY.md A6).
            case 0..<0x20, 0x7f...0x9f, 0x200e, 0x200f, 0x2028...0x202e, 0x2066...0x2069:
                let digits = String(scalar.value, radix: 16)
                bytes.append(contentsOf: ("\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits).utf8)
            default: bytes.append(contentsOf: scalar.utf8)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
