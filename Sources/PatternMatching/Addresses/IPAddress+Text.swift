extension IPAddress: Comparable {
    /// By value, all IPv4 addresses at their IPv4-mapped place.
    public static func < (a: IPAddress, b: IPAddress) -> Bool { (a.high, a.low) < (b.high, b.low) }
}

extension IPAddress: LosslessStringConvertible {
    /// A strict dotted quad (four decimal numbers, no leading zeros) or an IPv6 address as RFC 4291 section 2.2 writes them; no zone, no
    /// brackets, nothing around it.
    public init?(_ text: String) {
        var text = text
        guard let found = text.withUTF8({ IPAddress(ascii: $0) }) else { return nil }
        self = found
    }

    /// The same from bytes.
    public init?(bytes: some Collection<UInt8>) {
        let found = bytes.withContiguousStorageIfAvailable { IPAddress(ascii: $0) }
        guard let address = found ?? Array(bytes).withUnsafeBufferPointer({ IPAddress(ascii: $0) }) else { return nil }
        self = address
    }

    init?(ascii text: UnsafeBufferPointer<UInt8>) {
        if text.contains(UInt8(ascii: ":")) {
            guard let found = IPAddress(v6: text) else { return nil }
            self = found
        } else {
            guard let bits = IPAddress.dottedQuad(text[...]) else { return nil }
            self.init(v4: bits)
        }
    }

    /// IPv4 as a dotted quad, IPv6 as RFC 5952 says.
    public var description: String {
        var out: [UInt8] = []
        appendText(to: &out)
        return String(decoding: out, as: UTF8.self)
    }
}

// MARK: - Reading

extension IPAddress {
    /// Four decimal numbers of at most 255 without leading zeros.
    static func dottedQuad(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> UInt32? {
        var bits: UInt32 = 0
        var part: UInt32 = 0
        var digits = 0
        var dots = 0
        for byte in text {
            if byte == UInt8(ascii: ".") {
                guard digits > 0, dots < 3 else { return nil }
                bits = bits << 8 | part
                (part, digits, dots) = (0, 0, dots + 1)
            } else {
                guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9"), digits < 3, !(digits == 1 && part == 0) else { return nil }
                part = part * 10 + UInt32(byte - UInt8(ascii: "0"))
                digits += 1
                guard part <= 255 else { return nil }
            }
        }
        guard digits > 0, dots == 3 else { return nil }
        return bits << 8 | part
    }

    /// RFC 4291 section 2.2, the three forms; `::` stands for at least one group.
    init?(v6 text: UnsafeBufferPointer<UInt8>) {
        let colon = UInt8(ascii: ":")
        var before: [UInt16] = []
        var after: [UInt16] = []
        var compressed = false
        var at = 0
        if text.first == colon {
            guard text.count >= 2, text[1] == colon else { return nil }
            compressed = true
            at = 2
        }
        while at < text.count {
            guard before.count + after.count < 8 else { return nil }
            var value: UInt16 = 0
            let start = at
            while at < text.count, at - start < 4, let digit = hexValue(text[at]) {
                value = value << 4 | UInt16(digit)
                at += 1
            }
            if at < text.count, text[at] == UInt8(ascii: ".") {
                guard before.count + after.count <= 6, let quad = IPAddress.dottedQuad(text[start...]) else { return nil }
                let groups = [UInt16(quad >> 16), UInt16(quad & 0xffff)]
                if compressed { after += groups } else { before += groups }
                at = text.count
                break
            }
            guard at > start else { return nil }
            if compressed { after.append(value) } else { before.append(value) }
            guard at < text.count else { break }
            guard text[at] == colon else { return nil }
            at += 1
            guard at < text.count else { return nil }
            if text[at] == colon {
                guard !compressed else { return nil }
                compressed = true
                at += 1
            }
        }
        let written = before.count + after.count
        guard compressed ? written < 8 : written == 8 else { return nil }
        let groups = before + [UInt16](repeating: 0, count: 8 - written) + after
        self.init(
            high: groups[0..<4].reduce(0) { $0 << 16 | UInt64($1) },
            low: groups[4..<8].reduce(0) { $0 << 16 | UInt64($1) })
    }
}

// MARK: - Writing

extension IPAddress {
    /// Appends the text of `description`.
    func appendText(to out: inout [UInt8]) {
        guard !isV4 else { return appendDottedQuad(to: &out) }
        let groups = (0..<8).map { index in UInt16(truncatingIfNeeded: (index < 4 ? high : low) >> UInt64(48 - 16 * (index & 3))) }
        let gap = IPAddress.longestZeroRun(groups)
        var index = 0
        while index < 8 {
            if index == gap.lowerBound, gap.count > 1 {
                out += [UInt8(ascii: ":"), UInt8(ascii: ":")]
                index = gap.upperBound
                continue
            }
            if index > 0, index != gap.upperBound || gap.count < 2 { out.append(UInt8(ascii: ":")) }
            out += String(groups[index], radix: 16).utf8
            index += 1
        }
    }

    private func appendDottedQuad(to out: inout [UInt8]) {
        for shift in [24, 16, 8, 0] as [UInt64] {
            appendDecimal(low >> shift & 0xff, to: &out)
            if shift > 0 { out.append(UInt8(ascii: ".")) }
        }
    }

    /// The first of the longest runs of zero groups.
    private static func longestZeroRun(_ groups: [UInt16]) -> Range<Int> {
        var best = 0..<0
        var start = 0
        for index in 0...groups.count {
            if index < groups.count, groups[index] == 0 { continue }
            if index - start > best.count { best = start..<index }
            start = index + 1
        }
        return best
    }
}
