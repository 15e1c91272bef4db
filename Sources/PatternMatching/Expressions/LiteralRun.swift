/// The pieces of a sequence, put together as far as their texts touch.
struct LiteralRun {
    private var current: [[UInt8]] = [[]]
    private var isWhole = true
    private var best: [[UInt8]]?

    mutating func append(_ piece: PatternPiece) {
        guard let exact = piece.exact else {
            flush()
            best = PatternPiece.better(piece.needed, best)
            return
        }
        let isTooMany = exact.count * current.count > max(RequiredLiterals.mostCombined, exact.count, current.count)
        let isTooLong = (exact.map(\.count).max() ?? 0) + (current.map(\.count).max() ?? 0) > RequiredLiterals.longest
        if isTooMany || isTooLong {
            flush()
            current = exact
        } else {
            current = current.flatMap { head in exact.map { head + $0 } }
        }
        if piece.isRepeated {
            // What comes before touches the first of the repetitions, what comes after the last.
            flush()
            current = exact
        }
    }

    /// Ends the run of touching texts; what it was is needed all the same.
    private mutating func flush() {
        best = PatternPiece.better(PatternPiece(exact: current, needed: nil).required, best)
        current = [[]]
        isWhole = false
    }

    var piece: PatternPiece {
        if isWhole { return PatternPiece(exact: current, needed: nil) }
        return PatternPiece(exact: nil, needed: PatternPiece.better(PatternPiece(exact: current, needed: nil).required, best))
    }
}
