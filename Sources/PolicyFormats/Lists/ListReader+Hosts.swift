internal import PatternMatching

extension ListReader {
    /// `0.0.0.0 name [name …] # comment`: exact names. Addresses that lead somewhere are mappings, not entries.
    mutating func hostsLine(_ line: ListLine, into sink: inout some ListSink) {
        let text = hostsText(line)
        var position = 0
        guard let address = text.word(&position) else { return }
        guard ListReader.isNullAddress(address) else {
            let reason = IPAddress(address.text) == nil ? "no address before the name" : "a mapping to an address, not an entry"
            return reject(line, reason, into: &sink)
        }
        var names = 0
        while let name = text.word(&position) {
            names += 1
            if ListReader.isOwnName(name) { continue }
            takeHost(name, .exact, of: line, into: &sink)
        }
        if names == 0 { reject(line, "no name behind the address", into: &sink) }
    }

    /// hosts(5) ends a line at the first `#`, wherever it stands.
    private func hostsText(_ line: ListLine) -> ListLine {
        guard let comment = line.index(of: 0x23) else { return line }
        return line.piece(0, comment).trimmed
    }

    /// Whether a name there leads nowhere: what blocking hosts files write.
    static func isNullAddress(_ text: ListLine) -> Bool {
        text.equals("0.0.0.0") || text.equals("127.0.0.1") || text.equals("::") || text.equals("::1") || text.equals("0")
            || text.equals("255.255.255.255") || text.equals("::0") || text.equals("0:0:0:0:0:0:0:0") || text.equals("fe80::1%lo0")
    }

    /// The machine's own names, which every hosts file carries.
    static func isOwnName(_ name: ListLine) -> Bool {
        if name.piece(0, 4).equals("ip6-") { return true }
        return name.equals("localhost") || name.equals("local") || name.equals("localhost.localdomain") || name.equals("localdomain")
            || name.equals("broadcasthost") || name.equals("localhost4") || name.equals("localhost6") || name.equals("0.0.0.0")
            || name.equals("localhost.localdomain4") || name.equals("localhost6.localdomain6")
    }
}
