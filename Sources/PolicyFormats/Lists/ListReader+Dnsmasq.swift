internal import PatternMatching

extension ListReader {
    /// `address=/d1/d2/[ip|#]`, `server=/d/`, `local=/d/`: names with their subdomains; `server=/d/#` an exception; other statements are not
    /// about names and are passed over.
    mutating func dnsmasqLine(_ line: ListLine, into sink: inout some ListSink) {
        guard line.first != 0x23 else { return }
        let text = line.beforeComment(0x23)
        guard let equals = text.index(of: 0x3d) else { return reject(line, "not a statement of dnsmasq", into: &sink) }
        let key = text.piece(0, equals).trimmed
        let value = text.dropFirst(equals + 1).trimmed
        guard key.equals("address") || key.equals("server") || key.equals("local") else { return }
        let pieces = value.split(0x2f)
        guard pieces.count >= 3, let first = pieces.first, first.isEmpty, let target = pieces.last else {
            return reject(line, "no name between slashes", into: &sink)
        }
        let isException: Bool
        if key.equals("address") {
            guard target.isEmpty || target.equals("#") || ListReader.isNullAddress(target) else {
                return reject(line, "a mapping to an address, not an entry", into: &sink)
            }
            isException = false
        } else {
            guard target.isEmpty || target.equals("#") else { return reject(line, "names a server, blocks nothing", into: &sink) }
            isException = target.equals("#")
        }
        for name in pieces.dropFirst().dropLast() { takeDnsmasqName(name, isException: isException, of: line, into: &sink) }
    }

    private func takeDnsmasqName(_ name: ListLine, isException: Bool, of line: ListLine, into sink: inout some ListSink) {
        if name.isEmpty || name.equals("#") || name.equals("*") { return reject(line, "matches every name", into: &sink) }
        if name.hasPrefix("*.") { return takeHost(name.dropFirst(2), .subdomains, isException: isException, of: line, into: &sink) }
        if name.first == 0x2a { return takeSuffix(name.dropFirst(1), isException: isException, of: line, into: &sink) }
        takeHost(name.first == 0x2e ? name.dropFirst(1) : name, .site, isException: isException, of: line, into: &sink)
    }

    /// `/*d/`: every name that ends so, label edge or not.
    private func takeSuffix(_ suffix: ListLine, isException: Bool, of line: ListLine, into sink: inout some ListSink) {
        guard case .name(let name) = suffix.host else { return reject(line, "not the end of a host name", into: &sink) }
        let escaped = name.replacing(".", with: "\\.")
        sink.take(ListEntry(kind: .expression, text: "^[a-z]+://[^/:]*\(escaped)[:/]", isException: isException, line: lines))
    }
}

extension String {
    /// With every `character` replaced.
    fileprivate func replacing(_ character: Character, with text: String) -> String {
        reduce(into: "") { $0 += $1 == character ? text : String($1) }
    }
}
