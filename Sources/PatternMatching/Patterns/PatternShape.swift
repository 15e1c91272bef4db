/// What a pattern says, as far as questions about all its matches need it. Where it is not exact it stands for more than the pattern matches.
indirect enum PatternShape: Sendable {
    /// One byte of a set.
    case bytes(ByteSet)
    case sequence([PatternShape])
    case either([PatternShape])
    /// `most` nil: any number of times.
    case repeated(PatternShape, least: Int, most: Int?)
    /// `^`, `\A`.
    case start
    /// `$`, `\z`.
    case end
    /// `\b`. Whoever does not ask for edges of words may take it for nothing.
    case wordEdge
    /// Any text: a back reference.
    case anything

    /// Nothing at all. Made anew each time: kept in a global, its tagged reference looks like a leak to those who search for leaks.
    static var empty: PatternShape { .sequence([]) }

    /// A text that it matches, anchors and assertions aside.
    var sample: [UInt8] {
        switch self {
        case .bytes(let set): set.sample.map { [$0] } ?? []
        case .sequence(let parts): parts.flatMap(\.sample)
        case .either(let branches): branches.first?.sample ?? []
        case .repeated(let inner, let least, _): Array(repeatElement(inner.sample, count: min(least, 64)).joined())
        case .start, .end, .wordEdge, .anything: []
        }
    }

    /// Texts of one byte or more that repeating it may run through: one for each branch.
    fileprivate var turns: [[UInt8]] {
        switch self {
        case .either(let branches): Array(branches.lazy.flatMap(\.turns).prefix(PatternShape.mostTurns))
        case .sequence(let parts): [sample] + variants(of: parts)
        case .repeated(let inner, _, _): inner.turns
        case .bytes: [sample]
        case .start, .end, .wordEdge, .anything: []
        }
    }

    private static let mostTurns = 16

    /// Each part's branches in turn, the others by their samples, so that no branch is left out and their number stays small.
    private func variants(of parts: [PatternShape]) -> [[UInt8]] {
        var variants: [[UInt8]] = []
        for (index, part) in parts.enumerated() where variants.count < PatternShape.mostTurns {
            for turn in part.turns.dropFirst() {
                variants.append(parts[..<index].flatMap(\.sample) + turn + parts[(index + 1)...].flatMap(\.sample))
            }
        }
        return variants
    }

    /// A part that may be repeated: what leads there and what runs through it.
    struct Loop {
        var lead: [UInt8]
        var turns: [[UInt8]]
    }

    /// Its repeated parts, outermost first, at most 64.
    var loops: [Loop] {
        var loops: [Loop] = []
        collect(into: &loops, lead: [])
        return loops
    }

    private func collect(into loops: inout [Loop], lead: [UInt8]) {
        guard loops.count < 64 else { return }
        switch self {
        case .sequence(let parts):
            var lead = lead
            for part in parts {
                part.collect(into: &loops, lead: lead)
                lead += part.sample
            }
        case .either(let branches):
            for branch in branches { branch.collect(into: &loops, lead: lead) }
        case .repeated(let inner, _, let most):
            if most.map({ $0 > 1 }) ?? true {
                var seen: Set<[UInt8]> = []
                loops.append(Loop(lead: lead, turns: inner.turns.filter { !$0.isEmpty && seen.insert($0).inserted }))
            }
            inner.collect(into: &loops, lead: lead)
        case .bytes, .start, .end, .wordEdge, .anything: return
        }
    }

    /// Whether trying it can take more than a few steps for each byte: two repeated parts, or one around more than a byte.
    var mayBacktrack: Bool {
        var weight = 0
        weigh(&weight)
        return weight > 1
    }

    private func weigh(_ weight: inout Int) {
        switch self {
        case .sequence(let parts): for part in parts { part.weigh(&weight) }
        case .either(let branches): for branch in branches { branch.weigh(&weight) }
        case .repeated(let inner, _, let most):
            if most.map({ $0 > 1 }) ?? true {
                weight += 1
                if case .bytes = inner {} else { weight += 1 }
            }
            inner.weigh(&weight)
        case .anything: weight += 1
        case .bytes, .start, .end, .wordEdge: return
        }
    }
}
