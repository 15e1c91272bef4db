/// What is known of the text that a part of a pattern matches.
struct PatternPiece {
    /// It is one of these.
    var exact: [[UInt8]]?
    /// It holds one of these.
    var needed: LiteralSet?
    /// It begins with one of `exact` and ends with one of them, with any text between.
    var isRepeated = false
    /// It is nothing, at the edge of a word.
    var isWordEdge = false

    static let unknown = PatternPiece(exact: nil, needed: nil)
    /// An assertion or an empty group: nothing of the subject's text.
    static let nothing = PatternPiece(exact: [[]], needed: nil)

    /// The texts of which a match holds one.
    var required: LiteralSet? { LiteralSet.better(exact.flatMap { LiteralSet($0) }, needed) }
}

// MARK: - Of a shape

extension PatternPiece {
    /// Letter case is ignored: every text is in lower case.
    init(_ shape: PatternShape) {
        switch shape {
        case .bytes(let set): self = PatternPiece.oneOf(set)
        case .start, .end: self = .nothing
        case .wordEdge: self = PatternPiece(exact: [[]], needed: nil, isWordEdge: true)
        case .anything: self = .unknown
        case .sequence(let parts): self = PatternPiece.sequence(parts)
        case .either(let branches): self = PatternPiece.either(branches.map { PatternPiece.sequence([$0]) })
        case .repeated(let inner, let least, let most): self = PatternPiece.sequence([inner]).repeated(least: least, most: most)
        }
    }

    /// Never one that is repeated: only what it touches in a sequence may know that.
    private static func sequence(_ parts: [PatternShape]) -> PatternPiece {
        var run = LiteralRun()
        for part in parts { run.append(PatternPiece(part)) }
        return run.piece
    }

    private static func oneOf(_ set: ByteSet) -> PatternPiece {
        guard !set.isEmpty, set.count <= 2 * RequiredLiterals.mostMembers else { return .unknown }
        let texts = LiteralSet.unique(set.members.map { [lowercased($0)] })
        return texts.count <= RequiredLiterals.mostMembers ? PatternPiece(exact: texts, needed: nil) : .unknown
    }

    private static func either(_ branches: [PatternPiece]) -> PatternPiece {
        let exact = branches.compactMap(\.exact)
        if exact.count == branches.count, exact.reduce(0, { $0 + $1.count }) <= RequiredLiterals.mostTexts {
            return PatternPiece(exact: LiteralSet.unique(exact.joined()), needed: nil)
        }
        let required = branches.compactMap(\.required)
        guard required.count == branches.count, let first = required.first else { return .unknown }
        let all = required.dropFirst().reduce(first) { $0.union($1) }
        return all.texts.count <= RequiredLiterals.mostTexts ? PatternPiece(exact: nil, needed: all) : .unknown
    }

    private func repeated(least: Int, most: Int?) -> PatternPiece {
        if least == 0 {
            guard most == 1, let exact, exact.count < RequiredLiterals.mostCombined else { return .unknown }
            return PatternPiece(exact: exact.contains([]) ? exact : exact + [[]], needed: nil)
        }
        guard let exact else { return self }
        guard least > 1 else { return PatternPiece(exact: exact, needed: nil, isRepeated: most != 1) }
        let longest = exact.map(\.count).max() ?? 0
        guard exact.count == 1, longest <= RequiredLiterals.longest / least else { return PatternPiece(exact: nil, needed: required) }
        return PatternPiece(exact: [Array(repeatElement(exact[0], count: least).joined())], needed: nil, isRepeated: most != least)
    }
}
