/// The pieces of a sequence, put together as far as their texts touch.
struct LiteralRun {
    private var current: [[UInt8]] = [[]]
    private var isWhole = true
    private var best: LiteralSet?
    /// Where the run begins.
    private var edges: LiteralSet.Edges = []

    mutating func append(_ piece: PatternPiece) {
        if piece.isWordEdge { return noteEdge() }
        guard let exact = piece.exact else {
            flush()
            best = LiteralSet.better(piece.needed, best)
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

    /// What was read so far ends at the edge of a word; the run goes on.
    private mutating func noteEdge() {
        if current == [[]] {
            edges = .start
        } else {
            best = LiteralSet.better(LiteralSet(current, edges.union(.end)), best)
        }
    }

    /// Ends the run of touching texts; what it was is needed all the same.
    private mutating func flush() {
        best = LiteralSet.better(LiteralSet(current, edges), best)
        current = [[]]
        edges = []
        isWhole = false
    }

    var piece: PatternPiece {
        let needed = LiteralSet.better(best, LiteralSet(current, edges))
        return isWhole ? PatternPiece(exact: current, needed: needed) : PatternPiece(exact: nil, needed: needed)
    }
}
