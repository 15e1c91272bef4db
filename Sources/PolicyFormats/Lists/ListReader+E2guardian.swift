internal import PatternMatching

extension ListReader {
    /// e2guardian's site and URL lists: a name with its subdomains, a URL from its beginning; comments after a blank and `#`; directives and
    /// blanket marks are passed over.
    mutating func e2guardianLine(_ line: ListLine, into sink: inout some ListSink) {
        guard line.first != 0x23 else { return }
        if line.hasPrefix(".Include<") || line.hasPrefix(".include<") {
            return reject(line, "included files are not followed: subscribe to them", into: &sink)
        }
        guard line.count <= 2048 else { return reject(line, "longer than 2048 bytes", into: &sink) }
        var text = line.beforeComment(0x23)
        guard text.count >= 2 else { return }
        if text.hasPrefix("**") || text.equals("*ip") || text.equals("*ips") { return }
        if text.first == 0x22 || text.index(of: "\"->\"") != nil { return reject(line, "a replacement, not an entry", into: &sink) }
        guard !takeBlock(text, into: &sink) else { return }
        text = text.withoutScheme
        while text.hasSuffix("/") { text = text.dropLast(1) }
        if text.first == 0x2e { text = text.dropFirst(1) }
        takeURL(withoutPort(text), of: line, into: &sink)
    }

    /// Without the port e2guardian does not look at. Only a host with nothing behind it may be given here with one.
    private func withoutPort(_ text: ListLine) -> ListLine {
        guard let colon = text.index(of: 0x3a), !text.contains(0x2f),
            text.dropFirst(colon + 1).bytes.allSatisfy({ (0x30...0x39).contains($0) })
        else { return text }
        return text.piece(0, colon)
    }
}
