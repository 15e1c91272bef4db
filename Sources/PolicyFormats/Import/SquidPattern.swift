import PatternMatching

/// Squid's expressions as Weir's, which see the whole URL.
enum SquidPattern {
    /// What Squid tries an expression on.
    enum Subject { case url, host, path }

    /// nil where it cannot be said of the whole URL. Alternatives may become expressions of their own.
    static func expressions(_ written: String, on subject: Subject, isCaseless: Bool) -> [String]? {
        let pattern = PosixExpression.translated(written, isCaseless: isCaseless) ?? written
        let found: [String]?
        switch subject {
        case .url: found = [cased(pattern, isCaseless)]
        case .host: found = branches(pattern)?.compactMap { host($0, isCaseless) }
        case .path: found = branches(pattern)?.compactMap { path($0, isCaseless) }
        }
        guard let found, !found.isEmpty, subject == .url || found.count == branches(pattern)?.count else { return nil }
        let areGood = found.allSatisfy { (try? ListEntry(kind: .expression, text: $0, line: 1).validate()) != nil }
        return areGood ? found : nil
    }

    /// Whether an expression may be meant for `host:443`, as Squid sees HTTPS, and miss `https://host/`: it speaks of a port, or begins where the
    /// text does with something else than a scheme.
    static func isForTunnels(_ written: String) -> Bool {
        if written.contains(":443") || written.contains(":[") || written.contains("443$") { return true }
        return branches(written)?.contains { branch in
            let text = branch.drop { $0 == "(" }
            return text.hasPrefix("^") && !branch.contains("//") && !branch.contains("http")
        } ?? written.hasPrefix("^")
    }

    private static func cased(_ pattern: String, _ isCaseless: Bool) -> String { isCaseless ? pattern : "(?-i)" + pattern }

    /// Found between `//` and the host's end.
    private static func host(_ pattern: String, _ isCaseless: Bool) -> String? {
        guard let body = rewritten(pattern, any: "[^/:]", outside: "/:", end: "(?=[/:])") else { return nil }
        return cased("\(HostPattern.scheme)[^/:]*?(?:\(body))", isCaseless)
    }

    /// Found in the path and query.
    private static func path(_ pattern: String, _ isCaseless: Bool) -> String? {
        let isAnchored = pattern.hasPrefix("^")
        let body = isAnchored ? String(pattern.dropFirst()) : pattern
        guard !containsAnchor(body) else { return nil }
        return cased("\(HostPattern.scheme)[^/]*\(isAnchored ? "" : "(?=/).*?")(?:\(body))", isCaseless)
    }

    /// The place where the host begins.
    static let hostStart = "(?<=^http://|^https://|^ws://|^wss://)"

    /// An expression for URLs without their scheme, with `^` moved to where the host begins; nil where it cannot be read.
    static func withoutScheme(_ pattern: String) -> String? {
        pieces(pattern)?.reduce(into: "") { text, piece in
            if case .start = piece { text += hostStart } else { text += written(piece) }
        }
    }

    // MARK: - Reading

    private enum Piece {
        case text(String)
        /// `^` outside a class.
        case start
        case end
        case any
        /// What stands between the brackets.
        case set(String, isNegated: Bool)
        case bar, open, close
    }

    private static func pieces(_ pattern: String) -> [Piece]? {
        var pieces: [Piece] = []
        let characters = Array(pattern)
        var at = 0
        while at < characters.count {
            switch characters[at] {
            case "\\":
                guard at + 1 < characters.count else { return nil }
                at += 1
                pieces.append(.text("\\\(characters[at])"))
            case "[":
                guard let end = classEnd(characters, at) else { return nil }
                let isNegated = at + 1 < end && characters[at + 1] == "^"
                pieces.append(.set(String(characters[(at + (isNegated ? 2 : 1))..<end]), isNegated: isNegated))
                at = end
            case "^": pieces.append(.start)
            case "$": pieces.append(.end)
            case ".": pieces.append(.any)
            case "|": pieces.append(.bar)
            case "(": pieces.append(.open)
            case ")": pieces.append(.close)
            case let character: pieces.append(.text(String(character)))
            }
            at += 1
        }
        return pieces
    }

    /// Where the class that begins at `start` ends.
    private static func classEnd(_ characters: [Character], _ start: Int) -> Int? {
        var at = start + 1
        if at < characters.count, characters[at] == "^" { at += 1 }
        if at < characters.count, characters[at] == "]" { at += 1 }
        while at < characters.count, characters[at] != "]" {
            if characters[at] == "[", at + 1 < characters.count, characters[at + 1] == ":" {
                while at + 1 < characters.count, !(characters[at] == ":" && characters[at + 1] == "]") || characters[at - 1] == "[" {
                    at += 1
                }
                at += 1
            }
            at += 1
        }
        return at < characters.count ? at : nil
    }

    /// Cut at the bars that stand in no group.
    static func branches(_ pattern: String) -> [String]? {
        guard let pieces = pieces(pattern) else { return nil }
        var branches = [""]
        var depth = 0
        for piece in pieces {
            if case .open = piece { depth += 1 }
            if case .close = piece { depth -= 1 }
            if case .bar = piece, depth == 0 { branches.append("") } else { branches[branches.count - 1] += written(piece) }
        }
        return depth == 0 ? branches : nil
    }

    private static func written(_ piece: Piece) -> String {
        switch piece {
        case .text(let text): text
        case .start: "^"
        case .end: "$"
        case .any: "."
        case .set(let text, let isNegated): "[\(isNegated ? "^" : "")\(text)]"
        case .bar: "|"
        case .open: "("
        case .close: ")"
        }
    }

    /// With everything that could run over the subject's end kept within it.
    private static func rewritten(_ pattern: String, any: String, outside: String, end: String) -> String? {
        guard let pieces = pieces(pattern) else { return nil }
        var text = ""
        for piece in pieces {
            switch piece {
            case .any: text += any
            case .start: text += hostStart
            case .end: text += end
            case .set(let inner, true): text += "[^\(outside)\(inner)]"
            // What these match is not all of a host's.
            case .text("\\W"), .text("\\S"), .text("\\D"): return nil
            default: text += written(piece)
            }
        }
        return text
    }

    /// A `^` that is not at the beginning.
    private static func containsAnchor(_ pattern: String) -> Bool {
        (pieces(pattern) ?? []).contains { if case .start = $0 { true } else { false } }
    }
}

/// Expressions for URLs by their port.
enum PortPattern {
    private static let host = "(?:\\[[^/\\]]*\\]|[^/:]*)"

    /// Found in every URL with one of these ports, the scheme's own included.
    static func expressions(_ ports: [ClosedRange<UInt16>]) -> [String] {
        var expressions: [String] = []
        if ports.contains(where: { $0.contains(80) }) { expressions.append("^(?:http|ws)://\(host)/") }
        if ports.contains(where: { $0.contains(443) }) { expressions.append("^(?:https|wss)://\(host)/") }
        let patterns = ports.flatMap { numbers(from: Int($0.lowerBound), to: Int($0.upperBound)) }
        for start in stride(from: 0, to: patterns.count, by: 60) {
            expressions.append(
                "\(HostPattern.scheme)\(host):(?:\(patterns[start..<min(start + 60, patterns.count)].joined(separator: "|")))/")
        }
        return expressions
    }

    /// Patterns of the decimal numbers in a range.
    static func numbers(from low: Int, to high: Int) -> [String] {
        guard low <= high else { return [] }
        // Cut where the digits that are free (0-9) change: 1025-65535 is 1025-1029, 1030-1099, 1100-1999, 2000-9999, 10000-…
        var ends: Set<Int> = [high]
        var ten = 10
        while ten <= 100_000 {
            let nines = low - low % ten + ten - 1
            if nines >= low, nines < high { ends.insert(nines) }
            let zeros = (high + 1) - (high + 1) % ten - 1
            if zeros >= low, zeros < high { ends.insert(zeros) }
            ten *= 10
        }
        var patterns: [String] = []
        var first = low
        for end in ends.sorted() {
            patterns.append(pattern(first, end))
            first = end + 1
        }
        return patterns
    }

    /// Two numbers with the same count of digits, digit by digit.
    private static func pattern(_ low: Int, _ high: Int) -> String {
        zip(String(low), String(high)).reduce(into: "") { text, digits in
            if digits.0 == digits.1 {
                text.append(digits.0)
            } else {
                text += digits == ("0", "9") ? "\\d" : "[\(digits.0)-\(digits.1)]"
            }
        }
    }
}
