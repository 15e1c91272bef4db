/// Compiles entries into the image of a ``MatchIndex``.
///
/// It holds about 25 bytes an entry until ``finish()``, which needs as much again and the table of slots.
public struct MatchIndexBuilder: Sendable {
    var seed: UInt64
    var table = RecordTable()
    var groups: [URLGroup] = []
    /// Group numbers of hosts that URL entries name, from 1.
    var groupNumbers: [[UInt8]: UInt32] = [:]
    var prefixLengths: Set<UInt8> = []
    var expressions = ExpressionTable()
    /// Texts as written, each with its length before it.
    var written: [UInt8] = [0]
    private var names: [String] = []
    private var counts: [Int] = []
    private var scratch: [UInt8] = []

    /// A host that URL entries name.
    struct URLGroup {
        let host: [UInt8]
        var longest = 0
        var hasCased = false
        var hasCaseless = false
    }

    public init() { self.init(seed: .random(in: .min ... .max)) }

    /// - Parameter seed: of the hash; secret in use, so that nobody can choose names that collide.
    public init(seed: UInt64) { self.seed = seed }

    /// A new source: one member of one list, or one category's own entries.
    public mutating func source(named name: String) -> SourceID {
        names.append(name)
        counts.append(0)
        return SourceID(index: names.count - 1)
    }

    /// Adds an entry. After an error the builder is as it was before, and the caller goes on with the next entry.
    /// - Parameter source: one of this builder's.
    public mutating func add(_ entry: ListEntry, to source: SourceID) throws(EntryError) {
        try check([source])
        switch entry.kind {
        case .expression, .expressionHostPath: try expressions.add(entry, source: source)
        case .url, .urlCaseless: try addURL(entry, source)
        case .site, .exact, .subdomains, .prefix: try addHost(entry, source)
        }
        counts[source.index] += 1
    }

    /// Adds a host to several sources without making an entry of it.
    /// - Parameters:
    ///   - host: a text whose ``PlainHost/length(of:)`` the caller has seen, without the dot at its end.
    ///   - kind: `site`, `exact` or `subdomains`; others are not taken.
    ///   - line: from 1.
    public mutating func add(
        plainHost host: UnsafeRawBufferPointer, _ kind: EntryKind, isException: Bool, line: Int, to sources: [SourceID]
    ) throws(EntryError) {
        try check(sources)
        guard kind == .site || kind == .exact || kind == .subdomains, host.count <= 253 else { throw .badHost }
        if sources.isEmpty { return }
        scratch.removeAll(keepingCapacity: true)
        for byte in host { scratch.append(lowercased(byte)) }
        let item = RecordTable.Item(
            header: PostingHeader(kind: kind, isException: isException, isMarked: false), line: UInt32(clamping: line))
        scratch.withUnsafeBufferPointer { table.add($0, item, to: sources) }
        for source in sources { counts[source.index] += 1 }
    }

    mutating func count(_ entries: Int, for source: SourceID) { counts[source.index] += entries }

    func check(_ sources: [SourceID]) throws(EntryError) {
        for source in sources { precondition(names.indices.contains(source.index), "a source of another builder") }
        guard names.count < Int(UInt16.max), !table.isFull else { throw .full }
    }

    /// The image: keep it in a file or give it to ``MatchIndex/init(bytes:)``.
    public consuming func finish() -> [UInt8] {
        for (number, group) in groups.enumerated() {
            table.add(
                group.host, group: UInt32(clamping: number + 1), longest: group.longest, hasCased: group.hasCased,
                hasCaseless: group.hasCaseless)
        }
        // Each large array is given up as soon as the next one holds what it held.
        let entries = table
        table = RecordTable()
        var layout = entries.laidOut(seed: seed)
        for source in layout.dropped where counts.indices.contains(source.index) { counts[source.index] -= 1 }
        let records = layout.bytes
        layout.bytes = []
        var writer = ImageWriter(seed: seed, records: records, capacity: layout.slots.bytes.count + written.count + 65_536)
        writer.write(.slots, layout.slots.bytes)
        layout.slots = SlotTable(keys: 0)
        writer.write(.written, written)
        var sources: [UInt8] = []
        for (name, count) in zip(names, counts) {
            for number in [count, name.utf8.count] {
                for shift in [0, 8, 16, 24] { sources.append(UInt8(truncatingIfNeeded: number >> shift)) }
            }
            sources += name.utf8
        }
        writer.write(.sources, sources)
        writer.write(.prefixLengths, prefixLengths.sorted(by: >))
        expressions.write(to: &writer)
        return writer.finish()
    }
}

// MARK: - Hosts and address blocks

extension MatchIndexBuilder {
    private mutating func addHost(_ entry: ListEntry, _ source: SourceID) throws(EntryError) {
        let (kind, text, isMarked) = MatchIndexBuilder.marks(entry)
        if kind == .prefix || (kind == .site && text.contains(UInt8(ascii: "/"))) { return try addPrefix(entry, source) }
        scratch.removeAll(keepingCapacity: true)
        guard let found = HostParser.read(text, to: &scratch) else { throw .badHost }
        if case .address = found, kind == .subdomains { throw .badHost }
        let mark: StaticString = !isMarked ? "" : kind == .exact ? "=" : "*."
        let isCanonical = entry.text.utf8.count == scratch.count + mark.utf8CodeUnitCount && text.elementsEqual(scratch)
        try addHostKey(PostingHeader(kind: kind, isException: entry.isException, isMarked: isMarked), entry, isCanonical, source)
    }

    private mutating func addPrefix(_ entry: ListEntry, _ source: SourceID) throws(EntryError) {
        guard let prefix = IPPrefix(entry.text) else { throw .badAddress }
        let header = PostingHeader(kind: .prefix, isException: entry.isException, isMarked: false)
        guard prefix.length < 128 else {
            scratch.removeAll(keepingCapacity: true)
            HostParser.append(prefix.address, to: &scratch)
            return try addHostKey(header, entry, entry.text.utf8.elementsEqual(scratch), source)
        }
        let key = IndexKey.prefix(prefix)
        prefixLengths.insert(UInt8(truncatingIfNeeded: prefix.length))
        try addItem(header, entry, isCanonical: prefix.description == entry.text, port: 0, source, to: key)
    }

    /// Adds a posting to the host in `scratch`.
    private mutating func addHostKey(
        _ header: PostingHeader, _ entry: ListEntry, _ isCanonical: Bool, _ source: SourceID
    ) throws(EntryError) {
        try addItem(header, entry, isCanonical: isCanonical, port: 0, source, to: scratch)
    }

    private mutating func addItem(
        _ header: PostingHeader, _ entry: ListEntry, isCanonical: Bool, port: UInt16, _ source: SourceID, to key: [UInt8]
    ) throws(EntryError) {
        guard key.count <= RecordTable.longestKey else { throw .full }
        var item = RecordTable.Item(header: header, line: UInt32(clamping: entry.line), port: port)
        if !isCanonical {
            item.header.hasWritten = true
            item.written = UInt32(clamping: written.count)
            written.append(varint: UInt32(clamping: entry.text.utf8.count))
            written += entry.text.utf8
        }
        key.withUnsafeBufferPointer { table.add($0, item, to: CollectionOfOne(source)) }
    }

    /// What `=` and `*.` before a name mean.
    private static func marks(_ entry: ListEntry) -> (EntryKind, ArraySlice<UInt8>, isMarked: Bool) {
        let text = Array(entry.text.utf8)[...]
        if text.first == UInt8(ascii: "="), entry.kind == .site || entry.kind == .exact { return (.exact, text.dropFirst(), true) }
        if text.starts(with: "*.".utf8), entry.kind == .site || entry.kind == .subdomains { return (.subdomains, text.dropFirst(2), true) }
        return (entry.kind, text, false)
    }
}

// MARK: - URLs

extension MatchIndexBuilder {
    private mutating func addURL(_ entry: ListEntry, _ source: SourceID) throws(EntryError) {
        let text = try URLEntryText(entry.text, caseless: entry.kind == .urlCaseless)
        let group = groupNumbers[text.host] ?? UInt32(clamping: groups.count + 1)
        if group > groups.count {
            groups.append(URLGroup(host: text.host))
            groupNumbers[text.host] = group
        }
        let caseless = entry.kind == .urlCaseless
        groups[Int(group) - 1].longest = max(groups[Int(group) - 1].longest, text.path.count)
        if caseless { groups[Int(group) - 1].hasCaseless = true } else { groups[Int(group) - 1].hasCased = true }
        let key = IndexKey.path(text.path, group: group, caseless: caseless)
        var header = PostingHeader(kind: entry.kind, isException: entry.isException, isMarked: false)
        header.hasPort = text.port != nil
        try addItem(header, entry, isCanonical: text.canonical.elementsEqual(entry.text.utf8), port: text.port ?? 0, source, to: key)
    }
}
