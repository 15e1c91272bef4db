internal import PatternMatching

// Formats with one name a line.
extension ListReader {
    /// `name # comment`; `*.name` and `.name` are the name and its subdomains.
    mutating func domainLine(_ line: ListLine, isExact: Bool, into sink: inout some ListSink) {
        let text = line.beforeComment(0x23, 0x3b)
        guard !text.isEmpty, !takeBlock(text, into: &sink) else { return }
        guard !text.contains(0x2f) else { return reject(line, "a URL, not a name", into: &sink) }
        if text.hasPrefix("*.") {
            takeHost(text.dropFirst(2), .site, of: line, into: &sink)
        } else if text.first == 0x2e {
            takeHost(text.dropFirst(1), .site, of: line, into: &sink)
        } else {
            takeHost(text, isExact ? .exact : .site, of: line, into: &sink)
        }
    }

    /// `*.name`: the name and its subdomains; a bare name that host alone.
    mutating func wildcardLine(_ line: ListLine, into sink: inout some ListSink) {
        let text = line.beforeComment(0x23, 0x3b)
        guard !text.isEmpty else { return }
        if text.hasPrefix("*.") {
            takeHost(text.dropFirst(2), .site, of: line, into: &sink)
        } else if text.contains(0x2a) {
            reject(line, "a wildcard can only stand before the first dot", into: &sink)
        } else {
            takeHost(text, .exact, of: line, into: &sink)
        }
    }

    /// Squid: `.name` is the name and its subdomains, `name` that host alone.
    mutating func dstdomainLine(_ line: ListLine, into sink: inout some ListSink) {
        let text = line.beforeComment(0x23)
        guard !text.isEmpty, !takeBlock(text, into: &sink) else { return }
        if text.first == 0x22 { return reject(line, "included files are not followed", into: &sink) }
        var position = 0
        while let word = text.word(&position) {
            if word.first == 0x2e {
                takeHost(word.dropFirst(1), .site, of: line, into: &sink)
            } else {
                takeHost(word, .exact, of: line, into: &sink)
            }
        }
    }

    /// unbound: `local-zone: "name." always_null`; other statements are passed over.
    /// The most specific zone decides, one that blocks nothing too.
    mutating func unboundLine(_ line: ListLine, into sink: inout some ListSink) {
        let text = line.beforeComment(0x23)
        guard text.hasPrefix("local-zone:") else { return }
        var position = 0
        let rest = text.dropFirst(11).trimmed
        guard let quoted = rest.word(&position), let kind = rest.word(&position) else { return reject(line, "not a zone", into: &sink) }
        let name = quoted.hasPrefix("\"") && quoted.hasSuffix("\"") ? quoted.dropFirst(1).dropLast(1) : quoted
        switch kind.text {
        case "always_null", "always_nxdomain", "always_refuse", "always_deny", "always_nodata", "static", "refuse", "deny", "redirect":
            takeLayered(name, .site, isException: false, of: line, into: &sink)
        case "transparent", "always_transparent", "typetransparent":
            takeLayered(name, .site, isException: true, of: line, into: &sink)
        default:
            reject(line, "a zone of this type blocks nothing", into: &sink)
            exceptWhereCovered(name, .site)
        }
    }
}
