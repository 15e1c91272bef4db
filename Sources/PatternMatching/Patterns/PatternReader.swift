/// Reads a PCRE2 pattern, known to compile caseless and without UTF, as a ``PatternShape``: what its literals are found in and what its check
/// asks.
///
/// Assertions are read as nothing and back references as any text: the shape then stands for more than the pattern matches, never for less.
struct PatternReader {
    private let pattern: [UInt8]
    private var at = 0
    private var depth = 0
    private var isCaseless = true

    /// A construct whose meaning is not certain here.
    struct NotUnderstood: Error {}

    /// nil where anything in the pattern is not understood.
    static func read(_ pattern: [UInt8]) -> PatternShape? {
        var reader = PatternReader(pattern: pattern)
        guard let shape = try? reader.alternation(), reader.at >= pattern.count else { return nil }
        return shape
    }

    private init(pattern: [UInt8]) { self.pattern = pattern }

    private var next: UInt8? { at < pattern.count ? pattern[at] : nil }

    private mutating func take() throws(NotUnderstood) -> UInt8 {
        guard at < pattern.count else { throw NotUnderstood() }
        at += 1
        return pattern[at - 1]
    }

    private mutating func skip(_ text: StaticString) -> Bool {
        let isThere = text.withUTF8Buffer { pattern[min(at, pattern.count)...].starts(with: $0) }
        if isThere { at += text.utf8CodeUnitCount }
        return isThere
    }

    private mutating func alternation() throws(NotUnderstood) -> PatternShape {
        depth += 1
        defer { depth -= 1 }
        guard depth < 60 else { throw NotUnderstood() }
        var branches = [try sequence()]
        while next == UInt8(ascii: "|") {
            at += 1
            branches.append(try sequence())
        }
        return branches.count == 1 ? branches[0] : .either(branches)
    }

    private mutating func sequence() throws(NotUnderstood) -> PatternShape {
        var parts: [PatternShape] = []
        while let byte = next, byte != UInt8(ascii: "|"), byte != UInt8(ascii: ")") {
            let atom = try atom()
            parts.append(try quantified(atom))
        }
        return parts.count == 1 ? parts[0] : .sequence(parts)
    }

    private mutating func atom() throws(NotUnderstood) -> PatternShape {
        let byte = try take()
        switch byte {
        case UInt8(ascii: "("): return try group()
        case UInt8(ascii: "["): return .bytes(try characterClass())
        case UInt8(ascii: "\\"): return try escape()
        case UInt8(ascii: "."): return .bytes(ByteSet.all.subtracting(ByteSet("\n")))
        case UInt8(ascii: "^"): return .start
        case UInt8(ascii: "$"): return .end
        case UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "?"): throw NotUnderstood()
        default: return .bytes(cased(ByteSet(byte)))
        }
    }

    private func cased(_ set: ByteSet) -> ByteSet { isCaseless ? set.caseless : set }
}

// MARK: - Groups

extension PatternReader {
    /// After the opening parenthesis.
    private mutating func group() throws(NotUnderstood) -> PatternShape {
        if next == UInt8(ascii: "*") { throw NotUnderstood() }
        let wasCaseless = isCaseless
        var isAssertion = false
        if next == UInt8(ascii: "?") {
            if skip("?:") || skip("?>") || skip("?|") {
            } else if skip("?=") || skip("?!") || skip("?*") || skip("?<=") || skip("?<!") || skip("?<*") {
                isAssertion = true
            } else if skip("?<") || skip("?P<") {
                while try take() != UInt8(ascii: ">") {}
            } else if skip("?'") {
                while try take() != UInt8(ascii: "'") {}
            } else if try options() {
                return .empty
            }
        }
        let inner = try alternation()
        guard try take() == UInt8(ascii: ")") else { throw NotUnderstood() }
        isCaseless = wasCaseless
        return isAssertion ? .empty : inner
    }

    /// `?i)`, `?-i)`: true, for the rest of the group; `?i:…`: false, the group follows. The other options that are taken change nothing here:
    /// no URL holds a line's end.
    private mutating func options() throws(NotUnderstood) -> Bool {
        at += 1
        var value = true
        while true {
            switch try take() {
            case UInt8(ascii: "-"): value = false
            case UInt8(ascii: "i"): isCaseless = value
            case UInt8(ascii: "m"), UInt8(ascii: "s"), UInt8(ascii: "U"), UInt8(ascii: "J"): continue
            case UInt8(ascii: ")"): return true
            case UInt8(ascii: ":"): return false
            default: throw NotUnderstood()
            }
        }
    }
}

// MARK: - Escapes and classes

extension PatternReader {
    private static let digits = ByteSet(UInt8(ascii: "0")...UInt8(ascii: "9"))
    private static let letters = ByteSet(UInt8(ascii: "a")...UInt8(ascii: "z")).caseless
    private static let words = digits.union(letters).union(ByteSet("_"))
    private static let spaces = ByteSet(0x09...0x0d).union(ByteSet(" "))
    private static let blanks = ByteSet(" \t").union(ByteSet(0xa0))
    private static let lineEnds = ByteSet(0x0a...0x0d).union(ByteSet(0x85))

    private mutating func escape() throws(NotUnderstood) -> PatternShape {
        let byte = try take()
        switch byte {
        case UInt8(ascii: "A"), UInt8(ascii: "G"): return .start
        case UInt8(ascii: "z"), UInt8(ascii: "Z"): return .end
        case UInt8(ascii: "b"): return .wordEdge
        case UInt8(ascii: "B"), UInt8(ascii: "K"): return .empty
        case UInt8(ascii: "R"), UInt8(ascii: "X"): return .anything
        case UInt8(ascii: "0")...UInt8(ascii: "9"):
            // A back reference or an octal number: how many digits belong to it does not matter where nothing is claimed of them.
            while let digit = next, digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") { at += 1 }
            return .anything
        default:
            guard let single = try escapedByte(byte) else { return .bytes(try escapedSet(byte)) }
            return .bytes(cased(ByteSet(single)))
        }
    }

    /// The one byte that a backslash and a byte stand for, in a class or out of it; nil for a set.
    private mutating func escapedByte(_ byte: UInt8) throws(NotUnderstood) -> UInt8? {
        switch byte {
        case UInt8(ascii: "n"): 0x0a
        case UInt8(ascii: "r"): 0x0d
        case UInt8(ascii: "t"): 0x09
        case UInt8(ascii: "f"): 0x0c
        case UInt8(ascii: "a"): 0x07
        case UInt8(ascii: "e"): 0x1b
        case UInt8(ascii: "x"): try hexadecimal()
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): nil
        default: byte
        }
    }

    private func escapedSet(_ byte: UInt8) throws(NotUnderstood) -> ByteSet {
        switch byte {
        case UInt8(ascii: "d"): return PatternReader.digits
        case UInt8(ascii: "D"): return PatternReader.digits.inverted
        case UInt8(ascii: "w"): return PatternReader.words
        case UInt8(ascii: "W"): return PatternReader.words.inverted
        case UInt8(ascii: "s"): return PatternReader.spaces
        case UInt8(ascii: "S"): return PatternReader.spaces.inverted
        case UInt8(ascii: "h"): return PatternReader.blanks
        case UInt8(ascii: "H"): return PatternReader.blanks.inverted
        case UInt8(ascii: "v"): return PatternReader.lineEnds
        case UInt8(ascii: "V"): return PatternReader.lineEnds.inverted
        default: throw NotUnderstood()
        }
    }

    private mutating func hexadecimal() throws(NotUnderstood) -> UInt8 {
        guard let high = next.flatMap(hexValue) else { throw NotUnderstood() }
        at += 1
        guard let low = next.flatMap(hexValue) else { return high }
        at += 1
        return high << 4 | low
    }

    /// After the opening bracket.
    private mutating func characterClass() throws(NotUnderstood) -> ByteSet {
        var set = ByteSet()
        let isNegated = skip("^")
        var isFirst = true
        while true {
            let byte = try take()
            if byte == UInt8(ascii: "]"), !isFirst { break }
            isFirst = false
            if byte == UInt8(ascii: "["), skip(":") {
                set = set.union(try posixClass())
                continue
            }
            if byte == UInt8(ascii: "["), next == UInt8(ascii: ".") || next == UInt8(ascii: "=") { throw NotUnderstood() }
            var low = byte
            if byte == UInt8(ascii: "\\") {
                let named = try take()
                // In a class, `\b` is the backspace.
                guard let single = named == UInt8(ascii: "b") ? 0x08 : try escapedByte(named) else {
                    set = set.union(try escapedSet(named))
                    continue
                }
                low = single
            }
            set = set.union(try range(from: low))
        }
        set = cased(set)
        return isNegated ? set.inverted : set
    }

    /// A byte of a class, or the range it begins.
    private mutating func range(from low: UInt8) throws(NotUnderstood) -> ByteSet {
        guard next == UInt8(ascii: "-"), at + 1 < pattern.count, pattern[at + 1] != UInt8(ascii: "]") else { return ByteSet(low) }
        at += 1
        var high = try take()
        if high == UInt8(ascii: "[") { throw NotUnderstood() }
        if high == UInt8(ascii: "\\") {
            high = try take()
            if hexValue(high) != nil || PatternReader.letters.contains(high) { throw NotUnderstood() }
        }
        guard low <= high else { throw NotUnderstood() }
        return ByteSet(low...high)
    }

    private mutating func posixClass() throws(NotUnderstood) -> ByteSet {
        let isNegated = skip("^")
        for (name, set) in PatternReader.posixClasses where skip(name) { return isNegated ? set.inverted : set }
        throw NotUnderstood()
    }

    private static let posixClasses: [(StaticString, ByteSet)] = [
        ("alpha:]", letters), ("digit:]", digits), ("alnum:]", letters.union(digits)), ("word:]", words), ("space:]", spaces),
        ("upper:]", letters), ("lower:]", letters), ("blank:]", ByteSet(" \t")), ("cntrl:]", ByteSet(0...31).union(ByteSet(127))),
        ("xdigit:]", digits.union(ByteSet("abcdef").caseless)), ("print:]", ByteSet(32...126)), ("graph:]", ByteSet(33...126)),
        ("punct:]", ByteSet(33...126).subtracting(letters).subtracting(digits)),
    ]
}

// MARK: - Quantifiers

extension PatternReader {
    private mutating func quantified(_ atom: PatternShape) throws(NotUnderstood) -> PatternShape {
        var shape = atom
        var count = 0
        while let (least, most) = try quantifier() {
            count += 1
            guard count < 4 else { throw NotUnderstood() }
            let isPossessive = next == UInt8(ascii: "+")
            if next == UInt8(ascii: "?") || isPossessive { at += 1 }
            shape = .repeated(shape, least: least, most: most)
        }
        return shape
    }

    private mutating func quantifier() throws(NotUnderstood) -> (Int, Int?)? {
        switch next {
        case UInt8(ascii: "?"): at += 1; return (0, 1)
        case UInt8(ascii: "*"): at += 1; return (0, nil)
        case UInt8(ascii: "+"): at += 1; return (1, nil)
        case UInt8(ascii: "{"):
            let start = at
            at += 1
            if let least = number() {
                var most: Int? = least
                if next == UInt8(ascii: ",") {
                    at += 1
                    most = number()
                }
                if next == UInt8(ascii: "}") {
                    at += 1
                    return (least, most)
                }
            }
            // Not of a quantifier's form: the brace is itself. Newer versions of PCRE2 read `{,3}` otherwise.
            at = start
            throw NotUnderstood()
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
