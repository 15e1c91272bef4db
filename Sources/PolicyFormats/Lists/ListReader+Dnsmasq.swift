internal import PatternMatching

extension ListReader {
    /// `address=/d1/d2/[ip|#]`, `server=/d/`, `local=/d/`: names with their subdomains; `server=/d/#` an exception, unless a longer name is an
    /// entry; `/#/` every name. A name that leads to an address or a server of its own is no entry, and a shorter one does not hold for it. Other
    /// statements are not about names and are passed over.
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
        let names = pieces.dropFirst().dropLast()
        let isException: Bool
        if key.equals("address") {
            guard target.isEmpty || target.equals("#") || ListReader.isNullAddress(target) else {
                return mapDnsmasqNames(names, "a mapping to an address, not an entry", of: line, into: &sink)
            }
            isException = false
        } else {
            guard target.isEmpty || target.equals("#") else {
                return mapDnsmasqNames(names, "names a server, blocks nothing", of: line, into: &sink)
            }
            isException = target.equals("#")
        }
        for name in names { takeDnsmasqName(name, isException: isException, of: line, into: &sink) }
    }

    private mutating func mapDnsmasqNames(
        _ names: ArraySlice<ListLine>, _ reason: String, of line: ListLine, into sink: inout some ListSink
    ) {
        reject(line, reason, into: &sink)
        for name in names where !name.equals("#") && !name.equals("*") {
            if name.hasPrefix("*.") {
                exceptWhereCovered(name.dropFirst(2), .subdomains)
            } else if name.first != 0x2a {
                exceptWhereCovered(name.first == 0x2e ? name.dropFirst(1) : name, .site)
            }
        }
    }

    private mutating func takeDnsmasqName(_ name: ListLine, isException: Bool, of line: ListLine, into sink: inout some ListSink) {
        if name.isEmpty { return reject(line, "an empty name: names without a dot", into: &sink) }
        if name.equals("#") || name.equals("*") {
            if isException { return reject(line, "excepts every name: no entry would be left", into: &sink) }
            layers.rememberAll()
            return sink.take(ListEntry(kind: .expression, text: HostPattern.scheme, line: lines))
        }
        if name.hasPrefix("*.") { return takeLayered(name.dropFirst(2), .subdomains, isException: isException, of: line, into: &sink) }
        if name.first == 0x2a { return takeSuffix(name.dropFirst(1), isException: isException, of: line, into: &sink) }
        takeLayered(name.first == 0x2e ? name.dropFirst(1) : name, .site, isException: isException, of: line, into: &sink)
    }

    /// `/*d/`: every name that ends so, label edge or not.
    private mutating func takeSuffix(_ suffix: ListLine, isException: Bool, of line: ListLine, into sink: inout some ListSink) {
        guard case .name(let name) = suffix.host else { return reject(line, "not the end of a host name", into: &sink) }
        if !isException { layers.remember(ending: name) }
        let text = "\(HostPattern.scheme)[^/:]*\(HostPattern.escaped(name))[:/]"
        sink.take(ListEntry(kind: .expression, text: text, isException: isException, line: lines))
    }
}

extension ListReader {
    /// A name that leads somewhere else in a list in which the most specific name decides.
    mutating func exceptWhereCovered(_ text: ListLine, _ kind: EntryKind) {
        guard case .name(let host) = text.host else { return }
        layers.exceptWhereCovered(ExceptionLayers.Name(host: host, kind: kind, line: lines, order: lines))
    }

    /// A host of a list in which the most specific name decides (or, in Privoxy's, the last one).
    mutating func takeLayered(
        _ text: ListLine, _ kind: EntryKind, isException: Bool, of line: ListLine, into sink: inout some ListSink
    ) {
        guard case .name(let host) = text.host else { return takeHost(text, kind, isException: isException, of: line, into: &sink) }
        let name = ExceptionLayers.Name(host: host, kind: kind, line: lines, order: lines)
        if isException {
            layers.except(name)
        } else {
            layers.remember(name)
            sink.take(ListEntry(kind: kind, text: host, line: lines))
        }
    }
}
