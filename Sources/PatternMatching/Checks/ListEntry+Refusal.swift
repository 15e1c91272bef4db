extension ListEntry {
    /// Why an index does not take it: an expression that does not compile or is too long, a URL that is none. nil for an entry that is fine,
    /// and for hosts, which a list's reader has looked at.
    public var refusal: EntryError? {
        do throws(EntryError) {
            switch kind {
            case .site, .exact, .subdomains, .prefix: break
            case .url, .urlCaseless: _ = try URLEntryText(text, caseless: kind == .urlCaseless)
            case .expression, .expressionHostPath: _ = try Expression(text.utf8, jit: false)
            }
            return nil
        } catch { return error }
    }
}
