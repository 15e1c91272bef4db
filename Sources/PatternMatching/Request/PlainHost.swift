/// Host names that are canonical but for the case of their letters, as nearly every entry of a list is.
public enum PlainHost {
    /// ASCII letters, digits, `-`, `_` and dots; labels of 1…63 bytes, none of which may be punycode, the last beginning with a letter (so
    /// that it is no address); at most 253 bytes, and perhaps a dot at the end.
    /// - Returns: the length without that dot; nil for every other text, canonical or not: `HostName.canonical(_:)` knows those.
    public static func length(of bytes: UnsafeRawBufferPointer) -> Int? {
        var length = bytes.count
        if length > 0, bytes[length - 1] == UInt8(ascii: ".") { length -= 1 }
        guard length >= 1, length <= 253 else { return nil }
        var label = 0
        var index = 0
        while index < length {
            let byte = bytes[index]
            if byte == UInt8(ascii: ".") {
                guard index > label, index - label <= 63 else { return nil }
                label = index + 1
            } else if !isName(byte) || (byte == UInt8(ascii: "-") && isPunycode(bytes, at: index, label, length)) {
                return nil
            }
            index += 1
        }
        guard length > label, length - label <= 63, lowercased(bytes[label]) &- UInt8(ascii: "a") < 26 else { return nil }
        return length
    }

    @inline(__always)
    private static func isName(_ byte: UInt8) -> Bool {
        lowercased(byte) &- UInt8(ascii: "a") < 26 || byte &- UInt8(ascii: "0") < 10 || byte == UInt8(ascii: "-")
            || byte == UInt8(ascii: "_")
    }

    /// Whether this is the second dash of a label with dashes at its third and fourth place.
    private static func isPunycode(_ bytes: UnsafeRawBufferPointer, at index: Int, _ label: Int, _ length: Int) -> Bool {
        index == label + 3 && bytes[index - 1] == UInt8(ascii: "-")
    }
}
