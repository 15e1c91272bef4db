/// So many bytes of one set in a row, which every match of a pattern holds: where a subject has no such run the pattern need not be tried. What
/// no literal announces, `[0-9]{6,}` for example, is mostly of this kind.
struct RequiredRun: Hashable {
    /// Both cases of each letter.
    var set: ByteSet
    var length: UInt8

    /// Shorter runs are in every URL.
    static let shortest = 4

    /// The longest that is known; nil where none is.
    static func find(in shape: PatternShape) -> RequiredRun? {
        switch shape {
        case .repeated(.bytes(let set), let least, _):
            least < shortest ? nil : RequiredRun(set: set.caseless, length: UInt8(clamping: least))
        case .repeated(let inner, let least, _): least > 0 ? find(in: inner) : nil
        case .sequence(let parts): parts.lazy.compactMap { find(in: $0) }.max { $0.length < $1.length }
        case .bytes, .either, .start, .end, .wordEdge, .anything: nil
        }
    }
}
