internal import PatternMatching

extension ListReader {
    /// `||host^` is the host and its subdomains, `@@` an exception. A rule about a path, or one whose options need to know the page a request
    /// comes from, must not become a rule about a host: it is rejected. Cosmetic rules and comments are passed over.
    mutating func adblockLine(_ line: ListLine, into sink: inout some ListSink) {
        if line.first == 0x21 || line.first == 0x5b || isCosmetic(line) { return }
        if line.first == 0x23 { return }
        var position = 0
        if let first = line.word(&position), ListReader.isNullAddress(first) { return hostsLine(line, into: &sink) }

        var rule = line
        let isException = rule.hasPrefix("@@")
        if isException { rule = rule.dropFirst(2) }
        if let options = optionsStart(rule) {
            guard areHostLevel(rule.dropFirst(options + 1)) else {
                return reject(line, "its options need to know the page a request comes from", into: &sink)
            }
            rule = rule.piece(0, options)
        }
        if rule.count > 2, rule.first == 0x2f, rule.last == 0x2f {
            return takeExpression(rule.dropFirst(1).dropLast(1), isException: isException, of: line, into: &sink)
        }
        guard rule.hasPrefix("||") else {
            if rule.host != nil, !rule.contains(0x2a) { return reject(line, "a part of a URL, not a host: write ||host^", into: &sink) }
            return reject(line, "a part of a URL, not a host", into: &sink)
        }
        takeAnchored(rule.dropFirst(2), isException: isException, of: line, into: &sink)
    }

    private func takeAnchored(_ rule: ListLine, isException: Bool, of line: ListLine, into sink: inout some ListSink) {
        var host = rule
        if host.hasSuffix("|") { host = host.dropLast(1) }
        if host.hasSuffix("*") { host = host.dropLast(1) }
        guard host.hasSuffix("^") || host.hasSuffix("/") else {
            return reject(line, "has a path, or does not end at the host", into: &sink)
        }
        host = host.dropLast(1)
        guard !host.contains(0x2f), !host.contains(0x5e) else { return reject(line, "has a path", into: &sink) }
        if host.hasPrefix("*.") {
            return takeHost(host.dropFirst(2), .subdomains, isException: isException, of: line, into: &sink)
        }
        guard !host.contains(0x2a) else { return reject(line, "a wildcard inside a host name", into: &sink) }
        guard !host.contains(0x3a) || host.first == 0x5b else { return reject(line, "names a port", into: &sink) }
        takeHost(host, .site, isException: isException, of: line, into: &sink)
    }

    private func takeExpression(_ text: ListLine, isException: Bool, of line: ListLine, into sink: inout some ListSink) {
        guard text.count <= 4096, let pattern = String(validating: text.bytes, as: UTF8.self) else {
            return reject(line, "the expression is too long or not UTF-8", into: &sink)
        }
        sink.take(ListEntry(kind: .expression, text: pattern, isException: isException, line: lines))
    }

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

    /// Options that leave a rule about a host what it is.
    private func areHostLevel(_ options: ListLine) -> Bool {
        options.split(0x2c).allSatisfy { option in
            option.equals("important") || option.equals("all") || option.equals("document") || option.equals("doc")
                || option.equals("match-case")
        }
    }
}
