internal import PatternMatching

extension ListReader {
    /// e2guardian's site and URL lists: a name with its subdomains, a URL from its beginning; comments after a blank and `#`. What has no
    /// meaning here is told: included files that were not followed, times, blanket marks, replacements, phrases and search words.
    mutating func e2guardianLine(_ line: ListLine, into sink: inout some ListSink) {
        if line.first == 0x23 {
            guard line.piece(0, 6).equals("#time:") else { return }
            return reject(line, "a time for this list: write a schedule and \"during\" in the rule", into: &sink)
        }
        if line.piece(0, 9).equals(".include<") {
            return reject(line, "an included file that is not followed: only those below the folder of a local list are", into: &sink)
        }
        guard line.count <= 2048 else { return reject(line, "longer than 2048 bytes", into: &sink) }
        var text = line.beforeComment(0x23)
        guard !text.isEmpty else { return }
        guard text.count >= 2 else { return reject(line, "shorter than 2 characters", into: &sink) }
        if let reason = e2guardianOther(text) { return reject(line, reason, into: &sink) }
        guard !takeBlock(text, into: &sink) else { return }
        text = text.withoutScheme
        while text.hasSuffix("/") { text = text.dropLast(1) }
        if text.first == 0x2e { text = text.dropFirst(1) }
        guard let port = portRange(text) else { return takeURL(text, of: line, into: &sink) }
        let bytes = Array(text.piece(0, port.lowerBound).bytes) + Array(text.dropFirst(port.upperBound).bytes)
        bytes.withUnsafeBytes { takeURL(ListLine($0), of: line, into: &sink) }
    }

    /// What stands in e2guardian's files that is neither a site nor a URL.
    private func e2guardianOther(_ text: ListLine) -> String? {
        if text.hasPrefix("**") || text.equals("*ip") || text.equals("*ips") {
            return "a blanket mark, which e2guardian ignores since version 5: write a rule for \"all\" or \"ip-host\""
        }
        if text.index(of: "->\"") != nil || text.first == 0x22 { return "a replacement, not an entry" }
        if text.first == 0x3c { return "a phrase: what pages say is not read" }
        if text.contains(0x2b), !text.contains(0x2e), !text.contains(0x2f) { return "words of a search: not an entry" }
        return nil
    }

    /// Where the port stands, which e2guardian does not look at, colon included.
    private func portRange(_ text: ListLine) -> Range<Int>? {
        let end = text.index(of: 0x2f) ?? text.count
        let host = text.piece(0, end)
        guard let colon = host.index(of: 0x3a), colon + 1 < end, host.dropFirst(colon + 1).bytes.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        return colon..<end
    }
}
