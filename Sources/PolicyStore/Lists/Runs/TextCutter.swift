internal import Foundation

/// Cuts a text into stretches of whole lines at places that its own bytes decide: a change moves the cuts beside it and no others, so that
/// the stretches of a list that grew by a line are those it had before, but for one.
struct TextCutter {
    /// Bytes of a stretch: no cut is looked for before `least`, and any line end is one after `most`.
    static let least = 192 << 10
    static let most = 2 << 20
    /// One line end in so many is a cut.
    private static let cutMask: UInt64 = 1023
    /// Of a line without end so much is kept: its reader rejects it as too long.
    private static let keptOfLine = 16 << 10

    private var pending: [UInt8] = []
    /// How much of `pending` holds no cut.
    private var searched = 0
    private var isDroppingLine = false

    mutating func read(_ piece: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) throws -> Void) rethrows {
        var piece = piece
        if isDroppingLine {
            guard let end = piece.firstIndex(of: 0x0a) else { return }
            isDroppingLine = false
            piece = UnsafeRawBufferPointer(rebasing: piece[end...])
        }
        pending.append(contentsOf: piece)
        var start = 0
        while let end = nextCut(after: start) {
            try pending.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[start..<end])) }
            start = end
            searched = end
        }
        pending.removeSubrange(..<start)
        searched -= start
        if pending.count > 2 * TextCutter.most { dropLine() }
    }

    mutating func finish(_ body: (UnsafeRawBufferPointer) throws -> Void) rethrows {
        guard !pending.isEmpty else { return }
        try pending.withUnsafeBytes { try body($0) }
        pending = []
    }

    /// - Returns: behind the line end where the stretch that begins at `start` ends; nil where that is not known yet.
    private mutating func nextCut(after start: Int) -> Int? {
        let from = max(searched, start + TextCutter.least)
        let end = pending.withUnsafeBytes { bytes -> Int? in
            var at = from
            while at < bytes.count, let base = bytes.baseAddress, let found = memchr(base + at, 0x0a, bytes.count - at) {
                let end = UnsafeRawPointer(found) - base
                at = end + 1
                if end - start >= TextCutter.most || TextCutter.isCut(bytes, before: end) {
                    return at
                }
            }
            return nil
        }
        if end == nil { searched = max(searched, pending.count) }
        return end
    }

    /// Decided by the 24 bytes before a line end; names of one kind end alike.
    private static func isCut(_ bytes: UnsafeRawBufferPointer, before end: Int) -> Bool {
        var mixed: UInt64 = 0
        for back in [24, 16, 8] {
            let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: end - back, as: UInt64.self))
            mixed = (mixed ^ word) &* 0x9fb2_1c65_1e98_df25
            mixed ^= mixed >> 32
        }
        return mixed & cutMask == 0
    }

    /// A line of more than a stretch's length: its beginning is kept, the rest passed over until it ends.
    private mutating func dropLine() {
        let line = (pending.lastIndex(of: 0x0a) ?? -1) + 1
        guard pending.count - line > TextCutter.most else { return }
        pending.removeSubrange((line + TextCutter.keptOfLine)...)
        searched = min(searched, pending.count)
        isDroppingLine = true
    }
}
