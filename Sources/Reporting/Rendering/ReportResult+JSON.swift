import Foundation
import PolicyCore
import VisitStore

extension ReportResult {
    /// `{"report","from","to","timezone","complete","missing","columns":[…],"rows":[{…}]}`: `from` and `to` are moments, `to` the first one
    /// outside; columns that only the chart takes are left out.
    public func json() -> String {
        var text =
            "{\"report\":\(Self.quoted(definition.name)),\"from\":\(Self.quoted(time(span.from))),\"to\":\(Self.quoted(time(span.to)))"
        text += ",\"timezone\":\(Self.quoted(span.zone.name)),\"complete\":\(complete),\"missing\":\(missing),\"columns\":["
        text += shown.map { Self.quoted($0.column.name) }.joined(separator: ",") + "],\"rows\":["
        text += rows.map { row in
            "{" + shown.map { "\(Self.quoted($0.column.name)):\(value(row[$0.index], $0.column.kind))" }.joined(separator: ",") + "}"
        }.joined(separator: ",")
        return text + "]}"
    }

    private func value(_ value: ReportValue, _ kind: ReportColumn.Kind) -> String {
        switch (value, kind) {
        case (.none, _): "null"
        case (.text(let text), _): Self.quoted(text)
        case (.real(let number), _): number.isFinite ? "\(number)" : "null"
        case (.integer(let number), .time): Self.quoted(time(Instant(milliseconds: number)))
        case (.integer(let number), .hour): Self.quoted(time(Instant(seconds: number)))
        case (.integer(let number), .day): Self.quoted(CellText.date(number))
        case (.integer(let number), _): "\(number)"
        }
    }

    private func time(_ instant: Instant) -> String {
        let offset = span.zone.offset(instant.seconds)
        return instant.rfc3339(in: ZoneTable(fixed: offset))
    }

    static func quoted(_ text: String) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes]
        guard let data = try? encoder.encode(text) else { return "null" }
        return String(decoding: data, as: UTF8.self)
    }
}
