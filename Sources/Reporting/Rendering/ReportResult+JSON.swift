import Foundation
import PolicyCore
import VisitStore

extension ReportResult {
    /// `{"report","from","to","timezone","complete","missing","columns":[…],"rows":[{…}]}`: `from` and `to` are moments, `to` the first one
    /// outside; columns that only the chart takes are left out.
    public func json() -> String {
        let columns = shown.map { (index: $0.index, name: Self.quoted($0.column.name), kind: $0.column.kind) }
        let rows = rows.map { row in
            "{" + columns.map { "\($0.name):\(json(row[$0.index], $0.kind))" }.joined(separator: ",") + "}"
        }
        return """
            {"report":\(Self.quoted(definition.name)),"from":\(Self.quoted(moment(span.from))),"to":\(Self.quoted(moment(span.to))),\
            "timezone":\(Self.quoted(span.zone.name)),"complete":\(complete),"missing":\(missing),\
            "columns":[\(columns.map(\.name).joined(separator: ","))],"rows":[\(rows.joined(separator: ","))]}
            """
    }

    private func json(_ value: ReportValue, _ kind: ReportColumn.Kind) -> String {
        switch (value, kind) {
        case (.none, _): "null"
        case (.text(let text), _): Self.quoted(text)
        case (.real(let number), _): number.isFinite ? "\(number)" : "null"
        case (.integer(let number), .time): Self.quoted(moment(Instant(milliseconds: number)))
        case (.integer(let number), .hour): Self.quoted(moment(Instant(seconds: number)))
        case (.integer(let number), .day): Self.quoted(CellText.date(number))
        case (.integer(let number), _): "\(number)"
        }
    }

    private static func quoted(_ text: String) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes]
        guard let data = try? encoder.encode(text) else { return "null" }
        return String(decoding: data, as: UTF8.self)
    }
}
