/// A run, and what its entries are in an index.
public struct EntryRunUse: Sendable {
    public var run: EntryRun
    /// Lines of the file before the run's first.
    public var linesBefore: Int
    /// Whose entries they are: the builder's.
    public var sources: [SourceID]

    public init(run: EntryRun, linesBefore: Int, sources: [SourceID]) {
        self.run = run
        self.linesBefore = linesBefore
        self.sources = sources
    }
}

extension MatchIndexBuilder {
    /// Adds what runs hold.
    /// - Parameters:
    ///   - uses: runs of one seed; this builder's own is the quickest.
    ///   - rejected: told of each entry that finds no room, with the place of its use.
    public mutating func add(_ uses: [EntryRunUse], rejected: (Int, ListEntry, EntryError) -> Void) throws(EntryError) {
        for use in uses { try check(use.sources) }
        var texts: [UInt32] = []
        for use in uses {
            texts.append(UInt32(clamping: written.count))
            written.append(contentsOf: use.run.written.bytes)
            prefixLengths.formUnion(use.run.prefixLengths.bytes)
        }
        for bucket in 0..<EntryRun.bucketCount {
            for (number, use) in uses.enumerated() where !use.sources.isEmpty {
                try addBucket(bucket, of: use, textsBefore: texts[number])
            }
        }
        for (number, use) in uses.enumerated() where !use.sources.isEmpty {
            addOthers(of: use) { rejected(number, $0, $1) }
        }
    }

    private mutating func addBucket(_ bucket: Int, of use: EntryRunUse, textsBefore: UInt32) throws(EntryError) {
        guard !table.isFull else { throw .full }
        let records = use.run.records
        let end = min(Int(use.run.starts.word(bucket + 1)), records.count)
        var cursor = RecordCursor(section: records, at: Int(use.run.starts.word(bucket)))
        var added = 0
        while cursor.at < end {
            let key = Int(cursor.varint())
            let place = cursor.at
            cursor.at &+= key
            let header = PostingHeader(bits: cursor.byte())
            let posting = Posting(header: header, cursor: &cursor)
            guard cursor.at <= end else { return }
            var item = RecordTable.Item(header: posting.header, line: UInt32(clamping: posting.line &+ use.linesBefore), port: posting.port)
            if posting.header.hasWritten { item.written = UInt32(clamping: posting.written &+ Int(textsBefore)) }
            table.add(records.slice(place, key).assumingMemoryBound(to: UInt8.self), item, to: use.sources)
            added &+= 1
        }
        for source in use.sources { count(added, for: source) }
    }

    private mutating func addOthers(of use: EntryRunUse, rejected: (ListEntry, EntryError) -> Void) {
        var cursor = RecordCursor(section: use.run.others, at: 0)
        while !cursor.isAtEnd {
            let kind = EntryKind(rawValue: cursor.byte()) ?? .url
            let isException = cursor.byte() != 0
            let line = Int(cursor.varint())
            let length = Int(cursor.varint())
            let text = String(decoding: use.run.others.slice(cursor.at, length), as: UTF8.self)
            cursor.at &+= length
            let entry = ListEntry(kind: kind, text: text, isException: isException, line: line &+ use.linesBefore)
            do throws(EntryError) {
                for source in use.sources { try add(entry, to: source) }
            } catch {
                rejected(entry, error)
            }
        }
    }
}
