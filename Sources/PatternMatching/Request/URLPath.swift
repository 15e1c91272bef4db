/// Path and query in canonical form (POLICY.md, "What is asked for").
enum URLPath {
    /// Whether path and query are canonical as they stand: nothing encoded, nothing outside ASCII, no run of slashes, no segment that begins
    /// with a dot.
    static func isPlain(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        var before: UInt8 = 0
        var inPath = true
        for byte in text {
            if byte == UInt8(ascii: "%") || byte >= 0x80 { return false }
            if inPath {
                if before == UInt8(ascii: "/"), byte == UInt8(ascii: "/") || byte == UInt8(ascii: ".") { return false }
                if byte == UInt8(ascii: "?") { inPath = false }
            }
            before = byte
        }
        return true
    }

    /// Appends path and query in canonical form, beginning with `/`.
    /// - Parameter text: path and query as sent; an empty path is `/`.
    static func appendCanonical(_ text: UnsafeBufferPointer<UInt8>, to out: inout [UInt8]) {
        let query = text.firstIndex(of: UInt8(ascii: "?")) ?? text.count
        let start = out.count
        if query == 0 || text[0] != UInt8(ascii: "/") { out.append(UInt8(ascii: "/")) }
        appendNormal(text[..<query], to: &out)
        resolveSegments(&out, from: start)
        appendNormal(text[query...], to: &out)
    }

    /// Unreserved characters decoded, other triplets in upper case, bytes outside ASCII encoded: once, from left to right. A `%` that begins
    /// no triplet stays as it is, unless what is decoded behind it would make it one: `%%361` means the text `%61`, never `a`.
    private static func appendNormal(_ text: Slice<UnsafeBufferPointer<UInt8>>, to out: inout [UInt8]) {
        var index = text.startIndex
        // Where in `out` the last `%` stands that begins no triplet.
        var stray = -3
        while index < text.endIndex {
            let byte = text[index]
            index += 1
            if byte == UInt8(ascii: "%") {
                if index + 1 < text.endIndex, let high = hexValue(text[index]), let low = hexValue(text[index + 1]) {
                    let value = high << 4 | low
                    if isUnreserved(value) { out.append(value) } else { appendTriplet(value, to: &out) }
                    index += 2
                } else {
                    stray = out.count
                    out.append(byte)
                }
            } else if byte >= 0x80 {
                appendTriplet(byte, to: &out)
            } else {
                out.append(byte)
            }
            if stray == out.count - 3, hexValue(out[stray + 1]) != nil, hexValue(out[stray + 2]) != nil {
                out.insert(contentsOf: "25".utf8, at: stray + 1)
            }
        }
    }

    /// Runs of slashes made one, then `.` and `..` resolved (RFC 3986 section 5.2.4), in place.
    private static func resolveSegments(_ out: inout [UInt8], from start: Int) {
        let slash = UInt8(ascii: "/")
        let dot = UInt8(ascii: ".")
        let end = out.count
        var write = start
        var read = start
        var endsInSlash = false
        // Each round takes one segment with the slash before it; `write` stands after the last byte kept and never passes `read`.
        while read < end {
            while read < end, out[read] == slash { read += 1 }
            let segment = read
            while read < end, out[read] != slash { read += 1 }
            let length = read - segment
            endsInSlash = true
            if length == 0 || (length == 1 && out[segment] == dot) { continue }
            if length == 2, out[segment] == dot, out[segment + 1] == dot {
                while write > start {
                    write -= 1
                    if out[write] == slash { break }
                }
                continue
            }
            out[write] = slash
            write += 1
            for offset in 0..<length { out[write + offset] = out[segment + offset] }
            write += length
            endsInSlash = false
        }
        if endsInSlash || write == start {
            out[write] = slash
            write += 1
        }
        out.removeSubrange(write..<end)
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
            true
        default: false
        }
    }

    private static func appendTriplet(_ byte: UInt8, to out: inout [UInt8]) {
        out.append(UInt8(ascii: "%"))
        out.append(upperHex(byte >> 4))
        out.append(upperHex(byte & 15))
    }

    private static func upperHex(_ digit: UInt8) -> UInt8 {
        digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "A") + digit - 10
    }
}
