/// Told of each entry that matches.
protocol EntryVisitor {
    mutating func visit(_ posting: Posting, _ place: EntryPlace)
    mutating func visit(_ expression: ExpressionRecord)
    /// Whether an expression's answer would change nothing.
    func isSettled(_ expression: ExpressionRecord, already: SourceSet) -> Bool
}

/// Where in the URL an entry's key stands.
struct EntryPlace {
    /// Of the canonical bytes: the host or a parent of it.
    var host: Range<Int>
    /// For a URL entry the length of its path.
    var path = 0
    /// For an address block its length.
    var prefix: Int?
}

/// In which form of a URL entries are looked for, and in which exceptions.
enum LookedAt {
    /// Both in the canonical form.
    case canonical
    /// Entries in the form as sent, exceptions in the canonical one.
    case sent
    /// Exceptions alone, in the form as sent.
    case exceptionsAsSent
}

/// Which entries are looked for: the form as sent is asked for entries, the canonical form for exceptions.
enum Polarity {
    case both, entries, exceptions

    @inline(__always)
    func takes(isException: Bool) -> Bool {
        switch self {
        case .both: true
        case .entries: !isException
        case .exceptions: isException
        }
    }
}
