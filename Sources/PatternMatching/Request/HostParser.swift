/// The host parser of the WHATWG URL standard (section 3.5), for special schemes. Stricter in one way: what DNS cannot hold (empty labels,
/// labels over 63 bytes, names over 253) is no host.
enum HostParser {
    enum Found {
        case name
        case address(IPAddress)
    }

    /// Appends the canonical host, an IPv6 literal in brackets. After an error `out` may hold part of it.
    static func append(_ host: UnsafeBufferPointer<UInt8>, to out: inout [UInt8]) throws(RequestURLError) -> Found {
        guard let first = host.first else { throw .noHost }
        if first == UInt8(ascii: "[") {
            guard host.count > 2, host.last == UInt8(ascii: "]"),
                let address = IPAddress(v6: UnsafeBufferPointer(rebasing: host[1..<(host.count - 1)]))
            else { throw .badAddress }
            append(address, to: &out)
            return .address(address)
        }
        let start = out.count
        if appendPlain(host, to: &out) { return try finish(&out, from: start) }
        out.removeSubrange(start...)
        let ascii = try decoded(host)
        for byte in ascii {
            guard !isForbidden(byte) else { throw .badHost }
            out.append(lowercased(byte))
        }
        return try finish(&out, from: start)
    }

    /// The common case, letters, digits, `-`, `_` and dots: one pass, nothing allocated. False for anything else.
    private static func appendPlain(_ host: UnsafeBufferPointer<UInt8>, to out: inout [UInt8]) -> Bool {
        for byte in host {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"),
                UInt8(ascii: "_"):
                out.append(byte)
            case UInt8(ascii: "A")...UInt8(ascii: "Z"):
                out.append(byte | 0x20)
            default:
                return false
            }
        }
        return true
    }

    /// Percent-decoded once, then to ASCII where needed.
    private static func decoded(_ host: UnsafeBufferPointer<UInt8>) throws(RequestURLError) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(host.count)
        var index = 0
        var plain = true
        while index < host.count {
            var byte = host[index]
            index += 1
            if byte == UInt8(ascii: "%"), index + 1 < host.count, let high = hexValue(host[index]), let low = hexValue(host[index + 1]) {
                byte = high << 4 | low
                index += 2
            }
            if byte >= 0x80 { plain = false }
            bytes.append(byte)
        }
        guard !plain else { return bytes }
        guard let ascii = IDNA.toASCII(bytes) ?? IDNA.symbolsToASCII(bytes) else { throw .badHost }
        return ascii
    }

    /// Drops the trailing dot, checks labels, and reads what ends in a number as IPv4.
    private static func finish(_ out: inout [UInt8], from start: Int) throws(RequestURLError) -> Found {
        if out.count > start, out.last == UInt8(ascii: ".") { out.removeLast() }
        guard out.count > start, out.count - start <= 253 else { throw .badHost }
        var label = start
        for index in start..<out.count where out[index] == UInt8(ascii: ".") {
            guard index > label, index - label <= 63 else { throw .badHost }
            label = index + 1
        }
        guard out.count > label, out.count - label <= 63 else { throw .badHost }
        guard out[label] >= UInt8(ascii: "0"), out[label] <= UInt8(ascii: "9"), isNumber(out[label...]) else { return .name }
        guard let bits = ipv4(out[start...]) else { throw .badAddress }
        out.removeSubrange(start...)
        let address = IPAddress(v4: bits)
        append(address, to: &out)
        return .address(address)
    }

    /// An address as a URL holds it.
    static func append(_ address: IPAddress, to out: inout [UInt8]) {
        if !address.isV4 { out.append(UInt8(ascii: "[")) }
        address.appendText(to: &out)
        if !address.isV4 { out.append(UInt8(ascii: "]")) }
    }

    /// Forbidden domain code points.
    private static func isForbidden(_ byte: UInt8) -> Bool {
        switch byte {
        case 0...0x20, 0x7f...0xff: true
        case UInt8(ascii: "#"), UInt8(ascii: "%"), UInt8(ascii: "/"), UInt8(ascii: ":"), UInt8(ascii: "<"), UInt8(ascii: ">"),
            UInt8(ascii: "?"),
            UInt8(ascii: "@"), UInt8(ascii: "["), UInt8(ascii: "\\"), UInt8(ascii: "]"), UInt8(ascii: "^"), UInt8(ascii: "|"):
            true
        default: false
        }
    }
}

// MARK: - IPv4 in every spelling

extension HostParser {
    /// "Ends in a number": all digits, or `0x` and hexadecimal digits.
    private static func isNumber(_ label: ArraySlice<UInt8>) -> Bool {
        label.allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") } || number(label) != nil
    }

    /// One to four parts, each decimal, octal (leading 0) or hexadecimal (leading 0x); the last fills what is left of 32 bits.
    private static func ipv4(_ host: ArraySlice<UInt8>) -> UInt32? {
        var bits: UInt64 = 0
        var shift: UInt64 = 32
        var rest = host
        while let dot = rest.firstIndex(of: UInt8(ascii: ".")) {
            guard shift > 8, let value = number(rest[..<dot]), value <= 255 else { return nil }
            shift -= 8
            bits += value << shift
            rest = rest[(dot + 1)...]
        }
        guard let last = number(rest), last < 1 << shift else { return nil }
        return UInt32(exactly: bits + last)
    }

    /// The WHATWG IPv4 number parser; numbers that 32 bits cannot hold come out as 2^32.
    private static func number(_ text: ArraySlice<UInt8>) -> UInt64? {
        guard !text.isEmpty else { return nil }
        var digits = text
        var radix: UInt64 = 10
        if text.count >= 2, text.first == UInt8(ascii: "0") {
            let isHex = text[text.startIndex + 1] | 0x20 == UInt8(ascii: "x")
            radix = isHex ? 16 : 8
            digits = text.dropFirst(isHex ? 2 : 1)
        }
        var value: UInt64 = 0
        for byte in digits {
            guard let digit = hexValue(byte), UInt64(digit) < radix else { return nil }
            value = min(value * radix + UInt64(digit), 1 << 32)
        }
        return value
    }
}
