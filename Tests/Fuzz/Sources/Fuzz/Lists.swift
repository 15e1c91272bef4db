import PatternMatching
import PolicyFormats

/// Every list format: the same entries and lines however the file is cut; and an index takes or refuses each entry without harm.
enum Lists {
    static let syntaxes: [ListSyntax] = ListSyntax.allCases

    struct Sink: ListSink, Equatable {
        var entries: [ListEntry] = []
        var rejected: [String] = []
        var lines: [Int] = []

        mutating func take(_ entry: ListEntry) {
            entries.append(entry)
            lines.append(entry.line)
        }

        mutating func reject(line: Int, reason: String, text: UnsafeRawBufferPointer) {
            rejected.append("\(line) \(reason) \(RejectedLine.shown(text))")
            lines.append(line)
        }
    }

    static func fault(_ syntax: ListSyntax, _ input: UnsafeRawBufferPointer) -> String? {
        let (whole, lines) = read(syntax, input, pieces: max(1, input.count))
        for pieces in [1, 7] {
            let (split, splitLines) = read(syntax, input, pieces: pieces)
            if split != whole || lines != splitLines { return "in pieces of \(pieces) \(split), whole \(whole)" }
        }
        if lines > input.count { return "\(lines) lines in \(input.count) bytes" }
        for line in whole.lines where line < 1 || line > lines { return "line \(line) of \(lines)" }
        try? ListDetection.check(input)
        _ = ListDetection.syntax(of: input, name: "x", match: .subdomains)
        _ = ListHeader(input)
        return index(whole.entries)
    }

    private static func read(_ syntax: ListSyntax, _ input: UnsafeRawBufferPointer, pieces: Int) -> (Sink, Int) {
        var reader = ListReader(syntax: syntax)
        var sink = Sink()
        for start in stride(from: 0, to: input.count, by: pieces) {
            reader.read(UnsafeRawBufferPointer(rebasing: input[start..<min(input.count, start + pieces)]), into: &sink)
        }
        reader.finish(into: &sink)
        return (sink, reader.lines)
    }

    private static func index(_ entries: [ListEntry]) -> String? {
        var builder = MatchIndexBuilder()
        let source = builder.source(named: "list")
        for entry in entries.prefix(200) where entry.kind != .expression && entry.kind != .expressionHostPath {
            try? builder.add(entry, to: source)
        }
        do { _ = try MatchIndex(bytes: builder.finish()) } catch { return "the index is not read: \(error)" }
        return nil
    }
}
