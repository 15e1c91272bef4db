import PolicyCore

extension ReportResult {
    /// RFC 4180 with a header line. Cells that a spreadsheet would take for a formula (`= + - @`, tab, carriage return at the start) begin
    /// with an apostrophe.
    public func csv() -> String {
        let header = shown.map { Self.cell($0.column.name) }.joined(separator: ",")
        let lines = rows.map { row in shown.map { Self.cell(plain(row[$0.index], $0.column.kind)) }.joined(separator: ",") }
        return ([header] + lines).map { $0 + "\r\n" }.joined()
    }

    /// Numbers as they are, moments as local text.
    private func plain(_ value: ReportValue, _ kind: ReportColumn.Kind) -> String {
        switch (value, kind) {
        case (.none, _): ""
        case (.integer, .time), (.integer, .hour), (.integer, .day): cells("en").text(value, kind)
        case (.integer(let number), _): "\(number)"
        case (.real(let number), _): "\(number)"
        case (.text(let text), _): Self.defused(text)
        }
    }

    /// Looks at scalars, not characters: a combining mark after `=` does not keep a spreadsheet from seeing the `=`.
    private static func defused(_ text: String) -> String {
        guard let first = text.unicodeScalars.first, "=+-@\t\r".unicodeScalars.contains(first) else { return text }
        return "'" + text
    }

    private static func cell(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { ",\"\r\n'\t".unicodeScalars.contains($0) }) else { return text }
        var quoted = "\""
        for scalar in text.unicodeScalars {
            if scalar == "\"" { quoted.unicodeScalars.append(scalar) }
            quoted.unicodeScalars.append(scalar)
        }
        return quoted + "\""
    }
}
