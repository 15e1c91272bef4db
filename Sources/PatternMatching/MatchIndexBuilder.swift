/// Compiles entries into the image of a ``MatchIndex``.
///
/// It holds all keys in memory: about 100 bytes an entry until ``finish()``.
public struct MatchIndexBuilder: Sendable {
    var seed: UInt64
    var table = KeyTable()
    var groups: [URLGroup] = []
    /// Group numbers of hosts that URL entries name, by key, from 1.
    var groupNumbers: [Int: UInt32] = [:]
    var prefixLengths: Set<UInt8> = []
    var expressions = ExpressionTable()
    /// Texts as written, each with its length before it.
    var written: [UInt8] = [0]
    private var names: [String] = []
    private var counts: [Int] = []
    private var scratch: [UInt8] = []

    /// A host that URL entries name.
    struct URLGroup {
        var longest = 0
        var hasCased = false
        var hasCaseless = false
    }

    public init() { self.init(seed: .random(in: .min ... .max)) }

    /// - Parameter seed: of the hash; secret in use, so that nobody can choose names that collide.
    init(seed: UInt64) { self.seed = seed }

    /// A new source: one member of one list, or one category's own entries.
    public mutating func source(named name: String) -> SourceID {
        names.append(name)
        counts.append(0)
        return SourceID(index: names.count - 1)
    }

    /// Adds an entry. After an error the builder is as it was before, and the caller goes on with the next entry.
    /// - Parameter source: one of this builder's.
    public mutating func add(_ entry: ListEntry, to source: SourceID) throws(EntryError) {
        precondition(names.indices.contains(source.index), "a source of another builder")
        guard names.count < Int(UInt16.max) else { throw .full }
        let isNew =
            switch entry.kind {
            case .expression, .expressionHostPath: try expressions.add(entry, source: source)
            case .url, .urlCaseless: try addURL(entry, source)
            case .site, .exact, .subdomains, .prefix: try addHost(entry, source)
            }
        if isNew { counts[source.index] += 1 }
    }

    /// The image: keep it in a file or give it to ``MatchIndex/init(bytes:)``.
    public consuming func finish() -> [UInt8] {
        var writer = ImageWriter(seed: seed, capacity: table.weight + table.keys.count * 11 + written.count + 65_536)
        writeTable(to: &writer)
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
    private mutating func addHost(_ entry: ListEntry, _ source: SourceID) throws(EntryError) -> Bool {
        let (kind, text, isMarked) = MatchIndexBuilder.marks(entry)
        if kind == .prefix || (kind == .site && text.contains(UInt8(ascii: "/"))) { return try addPrefix(entry, source) }
        scratch.removeAll(keepingCapacity: true)
        guard let found = HostParser.read(text, to: &scratch) else { throw .badHost }
        if case .address = found, kind == .subdomains { throw .badHost }
        let mark: StaticString = !isMarked ? "" : kind == .exact ? "=" : "*."
        let isCanonical = entry.text.utf8.count == scratch.count + mark.utf8CodeUnitCount && text.elementsEqual(scratch)
        return try addHostKey(PostingHeader(kind: kind, isException: entry.isException, isMarked: isMarked), entry, isCanonical, source)
    }

    private mutating func addPrefix(_ entry: ListEntry, _ source: SourceID) throws(EntryError) -> Bool {
        guard let prefix = IPPrefix(entry.text) else { throw .badAddress }
        let header = PostingHeader(kind: .prefix, isException: entry.isException, isMarked: false)
        guard prefix.length < 128 else {
            scratch.removeAll(keepingCapacity: true)
            HostParser.append(prefix.address, to: &scratch)
            return try addHostKey(header, entry, entry.text.utf8.elementsEqual(scratch), source)
        }
        let key = IndexKey.prefix(prefix)
        guard let index = table.index(of: key, hash: IndexKey.hash(prefix: key, seed: seed)) else { throw .full }
        prefixLengths.insert(UInt8(truncatingIfNeeded: prefix.length))
        return addItem(header, entry, isCanonical: prefix.description == entry.text, port: 0, source, to: index)
    }

    /// Adds a posting to the host in `scratch`.
    private mutating func addHostKey(
        _ header: PostingHeader, _ entry: ListEntry, _ isCanonical: Bool, _ source: SourceID
    ) throws(EntryError) -> Bool {
        guard let index = table.index(of: scratch, hash: IndexKey.hash(host: scratch, seed: seed)) else { throw .full }
        return addItem(header, entry, isCanonical: isCanonical, port: 0, source, to: index)
    }

    private mutating func addItem(
        _ header: PostingHeader, _ entry: ListEntry, isCanonical: Bool, port: UInt16, _ source: SourceID, to key: Int
    ) -> Bool {
        var item = KeyTable.Item(
            line: UInt32(clamping: entry.line), written: isCanonical ? 0 : UInt32(clamping: written.count),
            source: UInt16(truncatingIfNeeded: source.index), port: port, header: header.bits)
        if !isCanonical { item.header |= 32 }
        guard table.add(item, to: key) else { return false }
        if !isCanonical {
            written.append(varint: UInt32(clamping: entry.text.utf8.count))
            written += entry.text.utf8
        }
        return true
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
    private mutating func addURL(_ entry: ListEntry, _ source: SourceID) throws(EntryError) -> Bool {
        let text = try URLEntryText(entry.text, caseless: entry.kind == .urlCaseless)
        guard let host = table.index(of: text.host, hash: IndexKey.hash(host: text.host, seed: seed)) else { throw .full }
        let group = groupNumbers[host] ?? UInt32(clamping: groups.count + 1)
        if group > groups.count {
            groups.append(URLGroup())
            groupNumbers[host] = group
        }
        let caseless = entry.kind == .urlCaseless
        groups[Int(group) - 1].longest = max(groups[Int(group) - 1].longest, text.path.count)
        if caseless { groups[Int(group) - 1].hasCaseless = true } else { groups[Int(group) - 1].hasCased = true }
        let key = IndexKey.path(text.path, group: group, caseless: caseless)
        guard let index = table.index(of: key, hash: IndexKey.hash(path: text.path, group: group, caseless: caseless, seed: seed)) else {
            throw .full
        }
        var header = PostingHeader(kind: entry.kind, isException: entry.isException, isMarked: false)
        header.hasPort = text.port != nil
        return addItem(header, entry, isCanonical: text.canonical.elementsEqual(entry.text.utf8), port: text.port ?? 0, source, to: index)
    }
}
