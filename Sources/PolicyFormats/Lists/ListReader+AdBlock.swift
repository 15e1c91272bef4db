internal import PatternMatching

/// What an AdBlock list's rules do to each other, known when it has ended.
struct AdBlockState {
    /// A rule that a `$badfilter` may take out.
    struct Held {
        /// Its text, as `$badfilter` names it.
        var text: String
        var entry: ListEntry
        /// Marked `important`.
        var isFirm: Bool
        /// The host it is about, with its subdomains, although its entry is an expression (`denyallow`).
        var host: String?
    }

    var layers = ExceptionLayers(.every)
    var held: [Held] = []
    var bad: Set<String> = []
    /// With more rules than these, the first ones are not held back for a `$badfilter`.
    static let mostHeld = 1_000_000
}

/// A rule's text, cut up.
private struct AdBlockRule {
    var pattern: ListLine
    var isException = false
    var isImportant = false
    var isBad = false
    var isCased = false
    /// Hosts that `denyallow` leaves out.
    var allowed: [ListLine] = []
    /// Its text without `badfilter`, which is what that names.
    var identity = ""
}

extension ListReader {
    /// `||host^` is the host and its subdomains, `@@` an exception, which a rule marked `important` wins over. A rule about a path, or one whose
    /// options need to know the page a request comes from, must not become a rule about a host: it is rejected. Cosmetic rules and comments are
    /// passed over.
    mutating func adblockLine(_ line: ListLine, into sink: inout some ListSink) {
        if line.first == 0x21 || line.first == 0x5b || isCosmetic(line) { return }
        if line.first == 0x23 { return }
        var position = 0
        if let first = line.word(&position), ListReader.isNullAddress(first) { return hostsLine(line, into: &sink) }
        guard let rule = adblockRule(line) else {
            return reject(line, "its options need to know the page a request comes from", into: &sink)
        }
        if rule.isBad {
            adblock.bad.insert(rule.identity)
            return
        }
        let text = rule.pattern
        if text.count > 2, text.first == 0x2f, text.last == 0x2f { return takeExpression(rule, of: line, into: &sink) }
        guard text.hasPrefix("||") else {
            if text.host != nil, !text.contains(0x2a) { return reject(line, "a part of a URL, not a host: write ||host^", into: &sink) }
            return reject(line, "a part of a URL, not a host", into: &sink)
        }
        takeAnchored(rule, of: line, into: &sink)
    }

    /// nil for options that need a page.
    private func adblockRule(_ line: ListLine) -> AdBlockRule? {
        var rule = AdBlockRule(pattern: line)
        rule.isException = line.hasPrefix("@@")
        if rule.isException { rule.pattern = line.dropFirst(2) }
        rule.identity = rule.pattern.text + (rule.isException ? "@@" : "")
        guard let start = optionsStart(rule.pattern) else { return rule }
        var kept: [String] = []
        for option in rule.pattern.dropFirst(start + 1).split(0x2c) {
            if option.equals("badfilter") {
                rule.isBad = true
                continue
            }
            kept.append(option.text)
            if option.equals("important") { rule.isImportant = true }
            if option.equals("match-case") { rule.isCased = true }
            if option.piece(0, 10).equals("denyallow=") { rule.allowed = option.dropFirst(10).split(0x7c) }
        }
        rule.pattern = rule.pattern.piece(0, start)
        rule.identity = ([rule.pattern.text + (rule.isException ? "@@" : "")] + kept.sorted()).joined(separator: ",")
        let isHostLevel = rule.isBad || kept.allSatisfy { ListReader.hostLevel.contains($0) || $0.hasPrefix("denyallow=") }
        return isHostLevel ? rule : nil
    }

    /// Options that leave a rule about a host what it is.
    private static let hostLevel: Set = ["important", "all", "document", "doc", "match-case"]

    private mutating func takeAnchored(_ rule: AdBlockRule, of line: ListLine, into sink: inout some ListSink) {
        var host = rule.pattern.dropFirst(2)
        if host.hasSuffix("|") { host = host.dropLast(1) }
        if host.hasSuffix("*") { host = host.dropLast(1) }
        guard host.hasSuffix("^") || host.hasSuffix("/") else {
            return reject(line, "has a path, or does not end at the host", into: &sink)
        }
        host = host.dropLast(1)
        guard !host.contains(0x2f), !host.contains(0x5e) else { return reject(line, "has a path", into: &sink) }
        let kind: EntryKind = host.hasPrefix("*.") ? .subdomains : .site
        if kind == .subdomains { host = host.dropFirst(2) }
        guard !host.contains(0x2a) else { return reject(line, "a wildcard inside a host name", into: &sink) }
        guard !host.contains(0x3a) || host.first == 0x5b else { return reject(line, "names a port", into: &sink) }
        switch host.host {
        case .name(let name): takeName(name, kind, rule, of: line, into: &sink)
        case .address(let address):
            hold(rule, ListEntry(kind: .prefix, text: address.description, isException: rule.isException, line: lines), into: &sink)
        case nil: reject(line, "not a host name", into: &sink)
        }
    }

    private mutating func takeName(
        _ host: String, _ kind: EntryKind, _ rule: AdBlockRule, of line: ListLine, into sink: inout some ListSink
    ) {
        let name = ExceptionLayers.Name(host: host, kind: kind, line: lines)
        guard rule.allowed.isEmpty else {
            let others = rule.allowed.compactMap { allowed -> ExceptionLayers.Name? in
                guard case .name(let host) = allowed.host else { return nil }
                return ExceptionLayers.Name(host: host, kind: .site, line: lines)
            }
            guard others.count == rule.allowed.count else { return reject(line, "denyallow names something that is no host", into: &sink) }
            let text = HostPattern.expression(for: name, without: others)
            return hold(rule, ListEntry(kind: .expression, text: text, isException: rule.isException, line: lines), host, into: &sink)
        }
        hold(rule, ListEntry(kind: kind, text: host, isException: rule.isException, line: lines), into: &sink)
    }

    private mutating func takeExpression(_ rule: AdBlockRule, of line: ListLine, into sink: inout some ListSink) {
        let text = rule.pattern.dropFirst(1).dropLast(1)
        guard text.count <= 4096, let pattern = String(validating: text.bytes, as: UTF8.self) else {
            return reject(line, "the expression is too long or not UTF-8", into: &sink)
        }
        let entry = ListEntry(
            kind: .expression, text: rule.isCased ? "(?-i)" + pattern : pattern, isException: rule.isException, line: lines)
        hold(rule, entry, into: &sink)
    }

    /// Keeps a rule until it is known whether a `$badfilter` takes it out.
    private mutating func hold(_ rule: AdBlockRule, _ entry: ListEntry, _ host: String? = nil, into sink: inout some ListSink) {
        guard adblock.held.count < AdBlockState.mostHeld else {
            sink.take(entry)
            return
        }
        adblock.held.append(AdBlockState.Held(text: rule.identity, entry: entry, isFirm: rule.isImportant, host: host))
    }

    /// After the last line.
    mutating func finishAdBlock(into sink: inout some ListSink) {
        adblock.held.removeAll { adblock.bad.contains($0.text) }
        var firm = FirmRules()
        for rule in adblock.held where rule.isFirm && !rule.entry.isException { firm.remember(rule.entry, about: rule.host) }
        for rule in adblock.held {
            let entry = rule.entry
            let name = ExceptionLayers.Name(host: entry.text, kind: entry.kind, line: entry.line)
            let isHost = entry.kind == .site || entry.kind == .subdomains
            if entry.isException, !rule.isFirm {
                if isHost { adblock.layers.except(name) } else if let rest = firm.rest(of: entry) { sink.take(rest) }
                continue
            }
            if isHost, rule.isFirm, !entry.isException { adblock.layers.remember(name) }
            sink.take(entry)
        }
        adblock.held = []
        for entry in adblock.layers.finish() {
            if let rest = firm.rest(of: entry, knowsHosts: true) { sink.take(rest) }
        }
    }
}

extension ListReader {
    /// `##`, `#@#`, `#?#`, `#$#`, `#%#`, `$$`: rules about a page's content.
    private func isCosmetic(_ line: ListLine) -> Bool {
        guard let mark = line.index(of: 0x23), mark + 1 < line.count else { return line.index(of: "$$") != nil }
        if line.bytes[mark + 1] == 0x23 { return true }
        let rest = line.dropFirst(mark + 1)
        return ["@#", "?#", "$#", "%#", "@?#", "@$#", "@%#", "$?#"].contains { rest.text.hasPrefix($0) }
    }

    /// Where the `$` before the options stands: the last one that is followed by an option's name, and not inside `/…/`.
    private func optionsStart(_ rule: ListLine) -> Int? {
        guard let dollar = rule.lastIndex(of: 0x24), dollar + 1 < rule.count else { return nil }
        if rule.first == 0x2f, rule.last == 0x2f { return nil }
        let next = rule.bytes[dollar + 1]
        let isName = (0x61...0x7a).contains(next) || next == 0x7e || (0x41...0x5a).contains(next) || (0x31...0x33).contains(next)
        return isName ? dollar : nil
    }
}
