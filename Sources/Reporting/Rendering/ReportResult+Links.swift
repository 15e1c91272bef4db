import PolicyCore
import VisitStore

extension ReportResult {
    /// A cell's link: holes filled, the span and the report's own filters added; nil where there is none, or nothing behind the cell.
    ///
    /// `{column}` stands for a cell of the row; of an hour or a day `{column}` is its first moment or the day, `{column.end}` the first
    /// moment after it, or the day again.
    func link(_ column: ReportColumn, _ row: [ReportValue]) -> String? {
        guard let template = column.link, let index = index(of: column.name), row[index] != .none, row[index] != .integer(0) else {
            return nil
        }
        var link = template
        for (i, other) in definition.columns.enumerated() where template.contains("{\(other.name)") {
            guard let (text, end) = linkText(row[i], other.kind) else { return nil }
            link = link.replacing("{\(other.name)}", with: Markup.query(text)).replacing("{\(other.name).end}", with: Markup.query(end))
        }
        guard link.hasPrefix("/visits") else { return link }
        for (key, value) in spanAndFilters where !Self.has(key, link) {
            link += (link.contains("?") ? "&" : "?") + "\(key)=\(Markup.query(value))"
        }
        return link
    }

    private var spanAndFilters: [(String, String)] {
        [("from", CellText.date(span.firstDay)), ("to", CellText.date(span.lastDay))]
            + parameters.filters.compactMap { filter, value in value.map { (filter.rawValue, $0) } }
    }

    private static func has(_ key: String, _ link: String) -> Bool { link.contains("?\(key)=") || link.contains("&\(key)=") }

    private func linkText(_ value: ReportValue, _ kind: ReportColumn.Kind) -> (text: String, end: String)? {
        switch (value, kind) {
        case (.none, _): return nil
        case (.text(let text), _): return (text, text)
        case (.real(let number), _): return ("\(number)", "\(number)")
        case (.integer(let day), .day): return (CellText.date(day), CellText.date(day))
        case (.integer(let seconds), .hour):
            if isByDay {
                let day = CellText.date(cells("en").day(of: seconds))
                return (day, day)
            }
            return (moment(Instant(seconds: seconds)), moment(Instant(seconds: seconds &+ 3_600)))
        case (.integer(let number), _): return ("\(number)", "\(number)")
        }
    }

    /// RFC 3339 in the reporting zone.
    func moment(_ instant: Instant) -> String { instant.rfc3339(in: ZoneTable(fixed: span.zone.offset(instant.seconds))) }
}
