/// POSIX extended regular expressions, as the C library's `regcomp` reads them, in PCRE2's writing.
///
/// squidGuard's `expressions` and Squid's `url_regex` and its kind are such. What glibc adds (`\<`, `\>`, `` \` ``, `\'`, `\w`, `\b`) is read, a
/// backslash between brackets is one, `a+?` is `(a+)?`.
struct PosixExpression {
    private let pattern: [UInt8]
    private let isCaseless: Bool
    private var at = 0
    private var out: [UInt8] = []
    /// Where the last atom begins in `out`; nil where no quantifier can stand.
    private var atom: Int?
    private var isQuantified = false
    /// Where the groups not closed begin.
    private var groups: [Int] = []

    /// - Parameters:
    ///   - pattern: the POSIX expression.
    ///   - isCaseless: whether it is compared without regard to case (`REG_ICASE`).
    /// - Returns: the same for PCRE2; nil where `regcomp` refuses the expression, or where it cannot be said.
    static func translated(_ pattern: String, isCaseless: Bool = true) -> String? {
        var reader = PosixExpression(pattern, isCaseless)
        while reader.at < reader.pattern.count {
            if !reader.step() { return nil }
        }
        return reader.groups.isEmpty ? String(validating: reader.out, as: UTF8.self) : nil
    }

    private init(_ pattern: String, _ isCaseless: Bool) {
        self.pattern = Array(pattern.utf8)
        self.isCaseless = isCaseless
        out.reserveCapacity(pattern.utf8.count + 16)
    }

    private func byte(_ offset: Int = 0) -> UInt8? { at + offset < pattern.count ? pattern[at + offset] : nil }

    private mutating func put(_ text: String, isAtom: Bool = true) {
        atom = isAtom ? out.count : nil
        isQuantified = false
        out += text.utf8
    }

    /// Reads one piece; false where there is none.
    private mutating func step() -> Bool {
        guard let first = byte() else { return false }
        at += 1
        switch first {
        case UInt8(ascii: "\\"): return escape()
        case UInt8(ascii: "["): return bracket()
        case UInt8(ascii: "("):
            groups.append(out.count)
            put("(", isAtom: false)
        case UInt8(ascii: ")"):
            // One that closes nothing is itself.
            guard let start = groups.popLast() else {
                put("\\)")
                return true
            }
            put(")")
            atom = start
        case UInt8(ascii: "|"): put("|", isAtom: false)
        case UInt8(ascii: "^"): put("^", isAtom: false)
        case UInt8(ascii: "$"): put("$", isAtom: false)
        case UInt8(ascii: "*"): return quantify("*")
        case UInt8(ascii: "+"): return quantify("+")
        case UInt8(ascii: "?"): return quantify("?")
        case UInt8(ascii: "{"): return interval()
        default:
            atom = out.count
            isQuantified = false
            out.append(first)
        }
        return true
    }

    // MARK: - Quantifiers

    private mutating func quantify(_ text: String) -> Bool {
        guard let atom else { return false }
        // PCRE2 reads a second one as "lazy" or "possessive".
        if isQuantified {
            out.insert(contentsOf: "(?:".utf8, at: atom)
            out.append(UInt8(ascii: ")"))
        }
        out += text.utf8
        isQuantified = true
        return true
    }

    /// `{2}`, `{2,}`, `{,3}`, `{2,3}`.
    private mutating func interval() -> Bool {
        guard let end = pattern[at...].firstIndex(of: UInt8(ascii: "}")) else { return false }
        let bounds = String(decoding: pattern[at..<end], as: UTF8.self).split(separator: ",", omittingEmptySubsequences: false)
        guard (1...2).contains(bounds.count), bounds.contains(where: { !$0.isEmpty }),
            bounds.allSatisfy({ $0.utf8.count <= 5 && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } })
        else { return false }
        at = end + 1
        let low = bounds[0].isEmpty ? "0" : String(bounds[0])
        return quantify(bounds.count == 1 ? "{\(low)}" : "{\(low),\(bounds[1])}")
    }

    // MARK: - Backslashes

    private mutating func escape() -> Bool {
        guard let next = byte() else { return false }
        at += 1
        switch next {
        case UInt8(ascii: "<"): put("\\b(?=\\w)", isAtom: false)
        case UInt8(ascii: ">"): put("\\b(?<=\\w)", isAtom: false)
        case UInt8(ascii: "`"): put("^", isAtom: false)
        case UInt8(ascii: "'"): put("$", isAtom: false)
        case UInt8(ascii: "b"): put("\\b", isAtom: false)
        case UInt8(ascii: "B"): put("\\B", isAtom: false)
        case UInt8(ascii: "w"), UInt8(ascii: "W"), UInt8(ascii: "s"), UInt8(ascii: "S"):
            put("\\" + String(UnicodeScalar(next)))
        case 0x31...0x39: put("\\g{\(next - 0x30)}")
        // glibc folds the subject's case and a pattern's, but not that of an escaped letter: a small one never matches.
        case 0x61...0x7a where isCaseless: put("(?!)")
        case 0x30, 0x41...0x5a, 0x61...0x7a, 0x80...: put(letter(next))
        default: put("\\" + String(UnicodeScalar(next)))
        }
        return true
    }

    /// A byte that stands for itself, with the others of its character.
    private mutating func letter(_ first: UInt8) -> String {
        var bytes = [first]
        while first >= 0x80, let next = byte(), (0x80...0xbf).contains(next) {
            bytes.append(next)
            at += 1
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    // MARK: - Brackets

    private static let classes: Set<String> = [
        "alpha", "digit", "alnum", "upper", "lower", "space", "blank", "punct", "print", "graph", "cntrl", "xdigit",
    ]

    private mutating func bracket() -> Bool {
        put("[")
        if byte() == UInt8(ascii: "^") {
            out.append(UInt8(ascii: "^"))
            at += 1
        }
        var isFirst = true
        while let next = byte() {
            at += 1
            switch next {
            case UInt8(ascii: "]") where !isFirst:
                out.append(next)
                return true
            case UInt8(ascii: "["):
                if !named() { return false }
            // A backslash stands for itself, and so do these, which PCRE2 could take for more.
            case UInt8(ascii: "\\"), UInt8(ascii: "^"): out += [UInt8(ascii: "\\"), next]
            default: out.append(next)
            }
            isFirst = false
        }
        return false
    }

    /// `[:alpha:]`, `[.x.]`, `[=x=]` after their first bracket, or that bracket itself.
    private mutating func named() -> Bool {
        guard let mark = byte(), ":.=".utf8.contains(mark) else {
            out += "\\[".utf8
            return true
        }
        guard let end = pattern.indices.dropLast().first(where: { $0 > at && pattern[$0] == mark && pattern[$0 + 1] == UInt8(ascii: "]") })
        else { return false }
        let name = pattern[(at + 1)..<end]
        at = end + 2
        if mark == UInt8(ascii: ":") {
            guard PosixExpression.classes.contains(String(decoding: name, as: UTF8.self)) else { return false }
            out += "[:".utf8 + name + ":]".utf8
            return true
        }
        guard name.count == 1, let only = name.first, only < 0x80 else { return false }
        let isWord = (0x30...0x39).contains(only) || (0x41...0x5a).contains(only) || (0x61...0x7a).contains(only)
        out += isWord ? [only] : [UInt8(ascii: "\\"), only]
        return true
    }
}
