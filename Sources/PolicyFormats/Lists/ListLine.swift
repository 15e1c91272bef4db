internal import PatternMatching

/// A line of a list, or a piece of one: bytes borrowed for as long as the reader's call lasts.
///
/// The buffer is only ever cut down (`piece(_:_:)` clamps its bounds), so that every subscript below is inside the line that was read.
struct ListLine {
    let bytes: UnsafeRawBufferPointer

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var count: Int { bytes.count }
    var isEmpty: Bool { bytes.isEmpty }
    var first: UInt8? { bytes.first }
    var last: UInt8? { bytes.last }
    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The bytes from `from` up to, not including, `to`; bounds outside the line are moved to its ends.
    func piece(_ from: Int, _ to: Int) -> ListLine {
        let lower = min(max(from, 0), bytes.count)
        let upper = min(max(to, lower), bytes.count)
        return ListLine(UnsafeRawBufferPointer(rebasing: bytes[lower..<upper]))
    }

    func dropFirst(_ count: Int) -> ListLine { piece(count, bytes.count) }
    func dropLast(_ count: Int) -> ListLine { piece(0, bytes.count - count) }

    /// Without blanks (space, tab, CR, VT, FF) at either end.
    var trimmed: ListLine {
        var lower = 0
        var upper = bytes.count
        while lower < upper, ListLine.isBlank(bytes[lower]) { lower += 1 }
        while upper > lower, ListLine.isBlank(bytes[upper - 1]) { upper -= 1 }
        return piece(lower, upper)
    }

    func index(of byte: UInt8, from start: Int = 0) -> Int? {
        var index = max(start, 0)
        while index < bytes.count {
            if bytes[index] == byte { return index }
            index += 1
        }
        return nil
    }

    func lastIndex(of byte: UInt8) -> Int? { bytes.lastIndex(of: byte) }

    func contains(_ byte: UInt8) -> Bool { index(of: byte) != nil }

    func hasPrefix(_ text: StaticString) -> Bool { matches(text, at: 0) }

    func hasSuffix(_ text: StaticString) -> Bool { matches(text, at: bytes.count - text.utf8CodeUnitCount) }

    /// Where `text` first stands, compared byte for byte.
    func index(of text: StaticString) -> Int? {
        guard text.utf8CodeUnitCount <= bytes.count else { return nil }
        return (0...(bytes.count - text.utf8CodeUnitCount)).first { matches(text, at: $0) }
    }

    /// Whether this is `text`, ASCII letters compared without regard to case; `text` in lower case.
    func equals(_ text: StaticString) -> Bool {
        guard bytes.count == text.utf8CodeUnitCount else { return false }
        return text.withUTF8Buffer { other in zip(bytes, other).allSatisfy { ListLine.lower($0) == $1 } }
    }

    private func matches(_ text: StaticString, at start: Int) -> Bool {
        guard start >= 0, start <= bytes.count, text.utf8CodeUnitCount <= bytes.count - start else { return false }
        return text.withUTF8Buffer { other in
            for index in 0..<other.count where bytes[start + index] != other[index] { return false }
            return true
        }
    }

    /// The next run of non-blank bytes at or after `position`, which is moved behind it; nil at the end.
    func word(_ position: inout Int) -> ListLine? {
        while position < bytes.count, ListLine.isBlank(bytes[position]) { position += 1 }
        guard position < bytes.count else { return nil }
        let start = position
        while position < bytes.count, !ListLine.isBlank(bytes[position]) { position += 1 }
        return piece(start, position)
    }

    /// Up to a `#` (or `;`) that begins the line or follows a blank.
    func beforeComment(_ marks: UInt8...) -> ListLine {
        for index in 0..<bytes.count where marks.contains(bytes[index]) {
            if index == 0 || ListLine.isBlank(bytes[index - 1]) { return piece(0, index).trimmed }
        }
        return self
    }

    /// Cut at `separator`, empty pieces included.
    func split(_ separator: UInt8) -> [ListLine] {
        var pieces: [ListLine] = []
        var start = 0
        while let end = index(of: separator, from: start) {
            pieces.append(piece(start, end))
            start = end + 1
        }
        pieces.append(piece(start, bytes.count))
        return pieces
    }

    /// Without a leading `http://`, `https://` or `ftp://`.
    var withoutScheme: ListLine {
        for scheme: StaticString in ["http://", "https://", "ftp://"] {
            let length = scheme.utf8CodeUnitCount
            if piece(0, length).equals(scheme) { return dropFirst(length) }
        }
        return self
    }

    static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d).contains(byte) }

    static func lower(_ byte: UInt8) -> UInt8 { (0x41...0x5a).contains(byte) ? byte | 0x20 : byte }
}

extension ListLine {
    /// The host this stands for, in canonical form; nil where it is none.
    var host: CanonicalHost? {
        guard !bytes.isEmpty, bytes.count <= 1024 else { return nil }
        if let name = plainName { return .name(name) }
        // Lists write IPv6 addresses without brackets.
        if contains(0x3a), first != 0x5b { return IPAddress(text).map { .address($0) } }
        return HostName.canonical(bytes)
    }

    /// The quick way for what nearly every entry is.
    private var plainName: String? { PlainHost.length(of: bytes).map { piece(0, $0).lowercasedText } }

    /// ASCII letters in lower case.
    var lowercasedText: String {
        String(unsafeUninitializedCapacity: bytes.count) { buffer in
            for index in 0..<bytes.count { buffer[index] = ListLine.lower(bytes[index]) }
            return bytes.count
        }
    }
}
