internal import PolicyCore
internal import PolicyFormats

/// Lines of a list as its status names them.
enum ListWarnings {
    /// Lines named one by one; the rest is counted.
    private static let most = 20

    /// - Parameters:
    ///   - parts: what the list's text was put together from.
    ///   - before, after: said around the place.
    static func of(_ lines: [RejectedLine], parts: ListParts?, before: String = "", after: String = "") -> [String] {
        var warnings = lines.prefix(most).map { line in
            let line = line.placed(in: parts)
            return "\(before)\(line.file.map { "\($0):" } ?? "line ")\(line.line)\(after): \(line.reason): \(line.text)"
        }
        if lines.count > most { warnings.append("\(before)\(lines.count - most) more lines have something wrong with them\(after)") }
        return warnings
    }
}
