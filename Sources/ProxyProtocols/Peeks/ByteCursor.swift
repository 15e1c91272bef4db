/// Reads big-endian numbers and slices with every bound checked: what does not fit is nil.
struct ByteCursor {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    var isAtEnd: Bool { rest.isEmpty }

    /// A number of `width` bytes, at most 8.
    mutating func number(_ width: Int) -> Int? {
        guard let bytes = slice(width) else { return nil }
        return bytes.reduce(0) { $0 << 8 | Int($1) }
    }

    mutating func slice(_ count: Int) -> ArraySlice<UInt8>? {
        guard count >= 0, rest.count >= count else { return nil }
        let slice = rest.prefix(count)
        rest = rest.dropFirst(count)
        return slice
    }

    /// A slice whose length stands before it in `width` bytes.
    mutating func vector(_ width: Int) -> ArraySlice<UInt8>? {
        guard let count = number(width) else { return nil }
        return slice(count)
    }
}
