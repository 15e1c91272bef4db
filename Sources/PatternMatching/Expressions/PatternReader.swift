/// Reads a PCRE2 pattern, known to compile without UTF and extended modes, for ``RequiredLiterals``.
struct PatternReader {
    private let pattern: [UInt8]
    private var at = 0
    private var depth = 0

    /// A construct whose meaning is not certain here.
    struct NotUnderstood: Error {}

    init(_ pattern: [UInt8]) { self.pattern = pattern }

    var isAtEnd: Bool { at >= pattern.count }

    private var next: UInt8? { at < pattern.count ? pattern[at] : nil }

    private func isNext(_ text: StaticString) -> Bool {
        text.withUTF8Buffer { pattern[min(at, pattern.count)...].starts(with: $0) }
    }

    private mutating func take() throws(NotUnderstood) -> UInt8 {
        guard at < pattern.count else { throw NotUnderstood() }
        at += 1
        return pattern[at - 1]
    }

    /// Branches up to a closing parenthesis or the end.
    mutating func alternation() throws(NotUnderstood) -> PatternPiece {
        depth += 1
        defer { depth -= 1 }
        guard depth < 60 else { throw NotUnderstood() }
        var branches = [try sequence()]
        while next == UInt8(ascii: "|") {
            at += 1
            branches.append(try sequence())
        }
        return PatternReader.either(branches)
    }

    private static func either(_ branches: [PatternPiece]) -> PatternPiece {
        guard branches.count != 1 else { return branches[0] }
        let exact = branches.compactMap(\.exact)
        if exact.count == branches.count,
            exact.reduce(0, { $0 + $1.count }) <= RequiredLiterals.mostTexts
        {
            return PatternPiece(exact: unique(exact.joined()), needed: nil)
        }
        let required = branches.compactMap(\.required)
        guard required.count == branches.count else { return .unknown }
        let texts = unique(required.joined())
        return texts.count <= RequiredLiterals.mostTexts ? PatternPiece(exact: nil, needed: texts) : .unknown
    }

    private mutating func sequence() throws(NotUnderstood) -> PatternPiece {
        var run = LiteralRun()
        while let byte = next, byte != UInt8(ascii: "|"), byte != UInt8(ascii: ")") {
            let atom = try atom()
            run.append(try quantified(atom))
        }
        return run.piece
    }

    private static func unique(_ texts: some Sequence<[UInt8]>) -> [[UInt8]] {
        var seen: Set<[UInt8]> = []
        return texts.filter { seen.insert($0).inserted }
    }
}

// MARK: - Atoms

extension PatternReader {
    private mutating func atom() throws(NotUnderstood) -> PatternPiece {
        let byte = try take()
        switch byte {
        case UInt8(ascii: "("): return try group()
        case UInt8(ascii: "["): return try characterClass()
        case UInt8(ascii: "\\"): return try escape()
        case UInt8(ascii: "."): return .unknown
        case UInt8(ascii: "^"), UInt8(ascii: "$"): return .nothing
        case UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "?"), UInt8(ascii: "{"): throw NotUnderstood()
        default: return PatternPiece(exact: [[lowercased(byte)]], needed: nil)
        }
    }

    /// After the opening parenthesis.
    private mutating func group() throws(NotUnderstood) -> PatternPiece {
        var isAssertion = false
        if next == UInt8(ascii: "?") {
            if let length = opening(["?:", "?>", "?|"]) {
                at += length
            } else if let length = opening(["?=", "?!", "?<=", "?<!"]) {
                at += length
                isAssertion = true
            } else if let length = opening(["?<", "?P<"]) {
                at += length
                while try take() != UInt8(ascii: ">") {}
            } else if let length = opening(["?'"]) {
                at += length
                while try take() != UInt8(ascii: "'") {}
            } else {
                return try options()
            }
        }
        let inner = try alternation()
        guard try take() == UInt8(ascii: ")") else { throw NotUnderstood() }
        return isAssertion ? .nothing : inner
    }

    private func opening(_ texts: [StaticString]) -> Int? {
        texts.first { isNext($0) }.map(\.utf8CodeUnitCount)
    }

    /// `(?i)`, `(?-i)`, `(?i:…)`: those options that change nothing here.
    private mutating func options() throws(NotUnderstood) -> PatternPiece {
        at += 1
        while true {
            switch try take() {
            case UInt8(ascii: "i"), UInt8(ascii: "m"), UInt8(ascii: "s"), UInt8(ascii: "U"), UInt8(ascii: "J"), UInt8(ascii: "-"): continue
            case UInt8(ascii: ")"): return .nothing
            case UInt8(ascii: ":"):
                let inner = try alternation()
                guard try take() == UInt8(ascii: ")") else { throw NotUnderstood() }
                return inner
            default: throw NotUnderstood()
            }
        }
    }

    /// After the backslash.
    private mutating func escape() throws(NotUnderstood) -> PatternPiece {
        let byte = try take()
        switch byte {
        case UInt8(ascii: "b"), UInt8(ascii: "B"), UInt8(ascii: "A"), UInt8(ascii: "z"), UInt8(ascii: "Z"), UInt8(ascii: "G"),
            UInt8(ascii: "K"):
            return .nothing
        case UInt8(ascii: "d"), UInt8(ascii: "D"), UInt8(ascii: "w"), UInt8(ascii: "W"), UInt8(ascii: "s"), UInt8(ascii: "S"),
            UInt8(ascii: "h"), UInt8(ascii: "H"), UInt8(ascii: "v"), UInt8(ascii: "V"), UInt8(ascii: "R"), UInt8(ascii: "X"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"), UInt8(ascii: "f"), UInt8(ascii: "a"), UInt8(ascii: "e"):
            return .unknown
        case UInt8(ascii: "x"): return try hexadecimal()
        case UInt8(ascii: "0")...UInt8(ascii: "9"):
            // A back reference or an octal number: how many digits belong to it does not matter where nothing is claimed of them.
            while let digit = next, digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") { at += 1 }
            return .unknown
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), 0x80...: throw NotUnderstood()
        default: return PatternPiece(exact: [[byte]], needed: nil)
        }
    }

    private mutating func hexadecimal() throws(NotUnderstood) -> PatternPiece {
        guard next != UInt8(ascii: "{") else { throw NotUnderstood() }
        var value: UInt8 = 0
        var digits = 0
        while digits < 2, let digit = next.flatMap(hexValue) {
            value = value << 4 | digit
            digits += 1
            at += 1
        }
        return PatternPiece(exact: [[lowercased(value)]], needed: nil)
    }

    /// After the opening bracket. Exact where it lists a few bytes one by one.
    private mutating func characterClass() throws(NotUnderstood) -> PatternPiece {
        var isExact = true
        var members: Set<UInt8> = []
        if next == UInt8(ascii: "^") {
            at += 1
            isExact = false
        }
        var isFirst = true
        while true {
            let byte = try take()
            switch byte {
            case UInt8(ascii: "]") where !isFirst:
                guard isExact, members.count <= 8 else { return .unknown }
                return PatternPiece(exact: members.sorted().map { [$0] }, needed: nil)
            case UInt8(ascii: "["):
                if next == UInt8(ascii: ":") || next == UInt8(ascii: ".") || next == UInt8(ascii: "=") { try posixClass() }
                isExact = false
            case UInt8(ascii: "\\"):
                let escaped = try take()
                if hexValue(escaped) != nil || lowercased(escaped) >= UInt8(ascii: "a") { isExact = false }
                members.insert(lowercased(escaped))
            case UInt8(ascii: "-"):
                isExact = false
            default: members.insert(lowercased(byte))
            }
            isFirst = false
        }
    }

    /// `[:name:]` inside a class.
    private mutating func posixClass() throws(NotUnderstood) {
        guard try take() == UInt8(ascii: ":") else { throw NotUnderstood() }
        if next == UInt8(ascii: "^") { at += 1 }
        let start = at
        while let byte = next, byte >= UInt8(ascii: "a"), byte <= UInt8(ascii: "z") { at += 1 }
        guard at > start, isNext(":]") else { throw NotUnderstood() }
        at += 2
    }
}

// MARK: - Quantifiers

extension PatternReader {
    private mutating func quantified(_ atom: PatternPiece) throws(NotUnderstood) -> PatternPiece {
        guard let (least, most) = try quantifier() else { return atom }
        if next == UInt8(ascii: "?") || next == UInt8(ascii: "+") { at += 1 }
        if least == 0 {
            guard most == 1, let exact = atom.exact, exact.count < RequiredLiterals.mostCombined else { return .unknown }
            return PatternPiece(exact: exact.contains([]) ? exact : exact + [[]], needed: nil)
        }
        guard let exact = atom.exact else { return atom }
        let longest = exact.map(\.count).max() ?? 0
        guard least > 1 else { return PatternPiece(exact: exact, needed: nil, isRepeated: most != 1) }
        guard exact.count == 1, longest <= RequiredLiterals.longest / least else { return PatternPiece(exact: nil, needed: atom.required) }
        return PatternPiece(exact: [Array(repeatElement(exact[0], count: least).joined())], needed: nil, isRepeated: most != least)
    }

    /// The least and the most repetitions (nil: any number).
    private mutating func quantifier() throws(NotUnderstood) -> (Int, Int?)? {
        switch next {
        case UInt8(ascii: "?"):
            at += 1
            return (0, 1)
        case UInt8(ascii: "*"):
            at += 1
            return (0, nil)
        case UInt8(ascii: "+"):
            at += 1
            return (1, nil)
        case UInt8(ascii: "{"):
            at += 1
            guard let least = number() else { throw NotUnderstood() }
            var most: Int? = least
            if next == UInt8(ascii: ",") {
                at += 1
                most = number()
            }
            guard try take() == UInt8(ascii: "}") else { throw NotUnderstood() }
            return (least, most)
        default: return nil
        }
    }

    private mutating func number() -> Int? {
        var value: Int?
        while let digit = next, digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") {
            value = min((value ?? 0) * 10 + Int(digit - UInt8(ascii: "0")), 1 << 20)
            at += 1
        }
        return value
    }
}
