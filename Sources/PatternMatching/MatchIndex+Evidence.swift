extension MatchIndex {
    /// Which entry of a source matches: of several the one on the first line.
    /// - Parameters:
    ///   - sent: as in ``match(_:sent:into:budget:)``.
    ///   - loosens: exceptions count in the form as sent too, as for what ``exceptions(asSentIn:into:budget:)`` is asked for.
    /// - Returns: nil where none does, or one of the source's exceptions does.
    public func evidence(_ url: RequestURL, sent: Bool, source: SourceID, loosens: Bool = false) -> MatchEvidence? {
        var found = FirstEntry(source: source)
        var budget = MatchBudget()
        find(url, sent ? .sent : .canonical, &found, &budget)
        if loosens, url.sent != nil { find(url, .exceptionsAsSent, &found, &budget) }
        guard !found.isExcepted else { return nil }
        switch found.entry {
        case nil: return nil
        case .expression(let record): return evidence(record)
        case .key(let posting, let place):
            let bytes = sent ? url.sent ?? url.bytes : url.bytes
            return MatchEvidence(entry: text(posting, place, url, bytes), line: posting.line, kind: posting.header.kind)
        }
    }

    private func find(_ url: RequestURL, _ lookedAt: LookedAt, _ found: inout FirstEntry, _ budget: inout MatchBudget) {
        walkKeys(url, lookedAt, visitor: &found)
        walkExpressions(url, lookedAt, already: SourceSet(), visitor: &found, budget: &budget)
    }

    /// The entry as its source writes it: kept where that is not its canonical text, else put together from the URL it matches.
    private func text(_ posting: Posting, _ place: EntryPlace, _ url: RequestURL, _ bytes: [UInt8]) -> String {
        if posting.written > 0 {
            var cursor = RecordCursor(section: written, at: posting.written)
            let length = Int(cursor.varint())
            return String(decoding: written.slice(cursor.at, length), as: UTF8.self)
        }
        if let prefix = place.prefix { return url.address.flatMap { IPPrefix(address: $0, length: prefix) }?.description ?? "" }
        let host = String(decoding: url.bytes[place.host], as: UTF8.self)
        let path = bytes[min(url.pathStart, bytes.count)...].prefix(place.path)
        switch posting.header.kind {
        case .exact where posting.header.isMarked: return "=" + host
        case .subdomains where posting.header.isMarked: return "*." + host
        case .url: return host + (posting.port == 0 ? "" : ":\(posting.port)") + String(decoding: path, as: UTF8.self)
        case .urlCaseless:
            return host + (posting.port == 0 ? "" : ":\(posting.port)") + String(decoding: path.map(lowercased), as: UTF8.self)
        default: return host
        }
    }
}

/// The matching entry of one source that stands on the first line.
private struct FirstEntry: EntryVisitor {
    let source: SourceID
    var entry: Found?
    var isExcepted = false
    private var line = Int.max

    enum Found {
        case key(Posting, EntryPlace)
        case expression(ExpressionRecord)
    }

    init(source: SourceID) { self.source = source }

    mutating func visit(_ posting: Posting, _ place: EntryPlace) {
        guard posting.source == source else { return }
        if posting.header.isException {
            isExcepted = true
        } else if posting.line < line {
            (line, entry) = (posting.line, .key(posting, place))
        }
    }

    mutating func visit(_ expression: ExpressionRecord) {
        if expression.isException {
            isExcepted = true
        } else if Int(expression.line) < line {
            (line, entry) = (Int(expression.line), .expression(expression))
        }
    }

    func isSettled(_ expression: ExpressionRecord, already: SourceSet) -> Bool {
        expression.source != source || (!expression.isException && Int(expression.line) >= line)
    }
}
