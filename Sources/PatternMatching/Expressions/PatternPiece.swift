/// What is known of the text that a part of a pattern matches.
struct PatternPiece {
    /// It is one of these.
    var exact: [[UInt8]]?
    /// It holds one of these.
    var needed: [[UInt8]]?
    /// It begins with one of `exact` and ends with one of them, with any text between.
    var isRepeated = false

    static let unknown = PatternPiece(exact: nil, needed: nil)
    /// An assertion or an empty group: nothing of the subject's text.
    static let nothing = PatternPiece(exact: [[]], needed: nil)

    /// The texts of which a match holds one.
    var required: [[UInt8]]? {
        guard let exact else { return needed }
        let isEnough = !exact.isEmpty && exact.allSatisfy { $0.count >= RequiredLiterals.shortest }
        return isEnough ? PatternPiece.better(exact, needed) : needed
    }

    /// The set that will announce fewer subjects: without words that every URL holds, longest shortest text, fewest texts.
    static func better(_ a: [[UInt8]]?, _ b: [[UInt8]]?) -> [[UInt8]]? {
        guard let a else { return b }
        guard let b else { return a }
        return rank(a) >= rank(b) ? a : b
    }

    private static func rank(_ texts: [[UInt8]]) -> Int {
        let shortest = texts.map { CommonText.isIn($0) ? 0 : min($0.count, 16) }.min() ?? 0
        return shortest * 1024 - min(texts.count, 1023)
    }
}

// MARK: - Of a shape

extension PatternPiece {
    /// Letter case is ignored: every text is in lower case.
    init(_ shape: PatternShape) {
        switch shape {
        case .bytes(let set): self = PatternPiece.oneOf(set)
        case .start, .end: self = .nothing
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
        var members: [UInt8] = []
        for byte in 0...UInt8.max where set.contains(byte) && (lowercased(byte) == byte || !set.contains(lowercased(byte))) {
            guard members.count < RequiredLiterals.mostMembers else { return .unknown }
            members.append(lowercased(byte))
        }
        return members.isEmpty ? .unknown : PatternPiece(exact: members.map { [$0] }, needed: nil)
    }

    private static func either(_ branches: [PatternPiece]) -> PatternPiece {
        let exact = branches.compactMap(\.exact)
        if exact.count == branches.count, exact.reduce(0, { $0 + $1.count }) <= RequiredLiterals.mostTexts {
            return PatternPiece(exact: unique(exact.joined()), needed: nil)
        }
        let required = branches.compactMap(\.required)
        guard required.count == branches.count else { return .unknown }
        let texts = unique(required.joined())
        return texts.count <= RequiredLiterals.mostTexts ? PatternPiece(exact: nil, needed: texts) : .unknown
    }

    private static func unique(_ texts: some Sequence<[UInt8]>) -> [[UInt8]] {
        var seen: Set<[UInt8]> = []
        return texts.filter { seen.insert($0).inserted }
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
