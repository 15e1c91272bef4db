/// Cuts a head into lines, each byte looked at once however the input is split. Only CRLF ends a line; any other control byte but HTAB is a
/// fault (SECURITY.md F9, F10).
struct LineScanner: Sendable {
    enum Step {
        case more
        /// A line's content, without its CRLF.
        case line(Range<Int>)
        /// A bare CR or LF, NUL or another control byte.
        case control
        /// The line or the head is over its limit.
        case tooLong
    }

    /// Where the line being read begins.
    private(set) var lineStart = 0
    /// Everything before it was looked at.
    private var scanned = 0

    /// - Parameters:
    ///   - bytes: the same bytes as last time with more behind them.
    ///   - lineLimit: what a line may hold without its CRLF.
    ///   - headEnd: where the head must have ended.
    mutating func next(_ bytes: UnsafeRawBufferPointer, lineLimit: Int, headEnd: Int) -> Step {
        let last = min(lineStart + lineLimit, headEnd - 2)
        // A CR may stand at `last` and no further.
        let bound = min(bytes.count, last + 1)
        guard scanned < bound else { return bytes.count > last ? .tooLong : .more }
        let hit = ByteScan.control(bytes, from: scanned, to: bound)
        if hit == bound {
            scanned = bound
            return bytes.count > last ? .tooLong : .more
        }
        guard bytes[hit] == 0x0d else { return .control }
        scanned = hit
        guard hit + 1 < bytes.count else { return .more }
        guard bytes[hit + 1] == 0x0a else { return .control }
        let line = lineStart..<hit
        lineStart = hit + 2
        scanned = lineStart
        return .line(line)
    }
}
