import PatternMatching

/// Expressions of lists: what an index takes it can match, on a text made of the expression itself, within its limits.
enum Expressions {
    static func fault(_ input: UnsafeRawBufferPointer) -> String? {
        let text = String(decoding: input.prefix(5000), as: UTF8.self)
        var builder = MatchIndexBuilder()
        let source = builder.source(named: "list")
        for kind in [EntryKind.expression, .expressionHostPath] {
            try? builder.add(ListEntry(kind: kind, text: text, line: 1), to: source)
        }
        do { _ = try MatchIndex(bytes: builder.finish()) } catch { return "the index is not read: \(error)" }
        return nil
    }
}
