/// Punycode (RFC 3492) of a label, encoding only.
enum Punycode {
    /// - Parameter label: at most 63 scalars are worth encoding.
    /// - Returns: without `xn--`; nil for a label longer than that.
    static func encode(_ label: [Unicode.Scalar]) -> [UInt8]? {
        guard label.count <= 63 else { return nil }
        var out = label.filter(\.isASCII).map { UInt8(truncatingIfNeeded: $0.value) }
        let basic = out.count
        if basic > 0 { out.append(UInt8(ascii: "-")) }
        var (next, delta, bias) = (UInt32(128), UInt32(0), UInt32(72))
        var handled = basic
        // 63 scalars below 0x110000: no number comes near 2^32.
        while handled < label.count {
            guard let least = label.map(\.value).filter({ $0 >= next }).min() else { return nil }
            delta += (least - next) * UInt32(handled + 1)
            next = least
            for scalar in label {
                if scalar.value < next { delta += 1 }
                guard scalar.value == next else { continue }
                append(delta, bias, to: &out)
                bias = adapted(delta, points: UInt32(handled + 1), isFirst: handled == basic)
                delta = 0
                handled += 1
            }
            delta += 1
            next += 1
        }
        return out
    }

    /// A variable-length integer, section 3.3.
    private static func append(_ number: UInt32, _ bias: UInt32, to out: inout [UInt8]) {
        var rest = number
        var position: UInt32 = 36
        while true {
            let threshold = position <= bias ? 1 : min(position - bias, 26)
            guard rest >= threshold else { break }
            out.append(digit(threshold + (rest - threshold) % (36 - threshold)))
            rest = (rest - threshold) / (36 - threshold)
            position += 36
        }
        out.append(digit(rest))
    }

    /// Section 3.4.
    private static func adapted(_ delta: UInt32, points: UInt32, isFirst: Bool) -> UInt32 {
        var delta = delta / (isFirst ? 700 : 2)
        delta += delta / points
        var shift: UInt32 = 0
        while delta > 455 {
            delta /= 35
            shift += 36
        }
        return shift + 36 * delta / (delta + 38)
    }

    private static func digit(_ value: UInt32) -> UInt8 {
        UInt8(truncatingIfNeeded: value < 26 ? value + 97 : value + 22)
    }
}
