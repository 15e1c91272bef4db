internal import PatternMatching

/// What a line of Privoxy's actions depends on from the lines before it.
struct PrivoxyState {
    enum Action: Hashable { case block, unblock }

    /// What the section at hand does about blocking; nil where it is about something else.
    var action: Action?
    var isAlias = false
    /// Names that `{{alias}}` gave to actions, with what they do about blocking.
    var aliases: [String: Action] = [:]
}

extension ListReader {
    /// Privoxy's actions: the patterns of `{+block{…}}` sections are entries, those of `{-block}` sections exceptions; of two patterns for one
    /// host the last one decides. Other sections are passed over.
    mutating func privoxyLine(_ line: ListLine, into sink: inout some ListSink) {
        guard line.first != 0x23 else { return }
        if line.first == 0x7b { return privoxySection(line) }
        if privoxy.isAlias { return privoxyAlias(line) }
        guard let action = privoxy.action else { return }
        privoxyPattern(line.beforeComment(0x23), isException: action == .unblock, of: line, into: &sink)
    }

    private mutating func privoxySection(_ line: ListLine) {
        privoxy.isAlias = line.hasPrefix("{{alias")
        privoxy.action = line.hasPrefix("{{") ? nil : privoxyAction(line.dropFirst(1).dropLast(line.last == 0x7d ? 1 : 0))
    }

    /// What a section's actions, or an alias's, do about blocking: the last one that does anything.
    private func privoxyAction(_ actions: ListLine) -> PrivoxyState.Action? {
        var action: PrivoxyState.Action?
        var position = 0
        while let word = actions.word(&position) {
            let name = word.piece(0, word.index(of: 0x7b) ?? word.count)
            if name.equals("+block") { action = .block }
            if name.equals("-block") { action = .unblock }
            if let known = privoxy.aliases[word.text.lowercased()] { action = known }
        }
        return action
    }

    private mutating func privoxyAlias(_ line: ListLine) {
        guard let equals = line.index(of: 0x3d) else { return }
        let name = line.piece(0, equals).trimmed.text.lowercased()
        if !name.isEmpty, privoxy.aliases.count < 1000 { privoxy.aliases[name] = privoxyAction(line.dropFirst(equals + 1)) }
    }

    /// `.host` is the host and its subdomains, `host` that host alone, `host.` every host that begins so; `*` stands for any letters; what
    /// follows the `/` is an expression for the path from its beginning.
    private mutating func privoxyPattern(_ text: ListLine, isException: Bool, of line: ListLine, into sink: inout some ListSink) {
        guard !text.isEmpty else { return }
        for tag: StaticString in ["TAG:", "CLIENT-TAG:", "NO-REQUEST-TAG:", "NO-RESPONSE-TAG:"] where text.hasPrefix(tag) {
            return reject(line, "is about a tag, not about a URL", into: &sink)
        }
        if text.first == 0x3c { return reject(line, "is about the sender's or the target's address", into: &sink) }
        let slash = text.index(of: 0x2f) ?? text.count
        let host = text.piece(0, slash)
        let path = text.dropFirst(slash)
        if path.count <= 1, !host.isEmpty, !host.contains(0x2a), !host.contains(0x3f), !host.contains(0x5b), host.last != 0x2e {
            guard host.contains(0x3a) else {
                let isSite = host.first == 0x2e
                return takeLayered(
                    isSite ? host.dropFirst(1) : host, isSite ? .site : .exact, isException: isException, of: line, into: &sink)
            }
        }
        guard let pattern = privoxyExpression(host, path), pattern.utf8.count <= 4096 else {
            return reject(line, "a pattern that cannot be written as an expression", into: &sink)
        }
        if pattern == HostPattern.scheme, isException { return reject(line, "excepts everything: no entry would be left", into: &sink) }
        sink.take(ListEntry(kind: .expression, text: pattern, isException: isException, line: lines))
    }

    private func privoxyExpression(_ host: ListLine, _ path: ListLine) -> String? {
        var hostText = host
        var port = "(?::\\d+)?"
        if let colon = host.index(of: 0x3a) {
            let digits = host.dropFirst(colon + 1)
            guard (1...5).contains(digits.count), digits.bytes.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
            port = ":" + digits.text
            hostText = host.piece(0, colon)
        }
        guard let rest = String(validating: path.bytes, as: UTF8.self), hostText.bytes.allSatisfy({ $0 < 0x80 }) else { return nil }
        if hostText.isEmpty, rest.count <= 1 { return HostPattern.scheme }
        var pattern = HostPattern.scheme
        if hostText.isEmpty {
            pattern += "[^/:]*"
        } else {
            pattern += hostText.first == 0x2e ? "(?:[^/:]*\\.)?" : ""
            let body = hostText.first == 0x2e ? hostText.dropFirst(1) : hostText
            pattern += privoxyHost(body.last == 0x2e ? body.dropLast(1) : body)
            pattern += body.last == 0x2e ? "(?:\\.[^/:]*)?" : ""
        }
        return pattern + port + (rest.count <= 1 ? "/" : rest)
    }

    /// A host in which `*` and `?` stand for letters inside a label, and brackets for one of theirs.
    private func privoxyHost(_ host: ListLine) -> String {
        host.text.lowercased().reduce(into: "") { text, character in
            switch character {
            case "*": text += "[^/:.]*"
            case "?": text += "[^/:.]"
            case "[", "]", "-": text.append(character)
            default: text += HostPattern.escaped(String(character))
            }
        }
    }
}
