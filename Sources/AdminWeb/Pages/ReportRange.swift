import PolicyCore
import Reporting
import VisitStore

/// Whole local days, both ends included; the last seven where nothing is said.
struct ReportRange: Sendable, Equatable {
    var name = ""
    /// Days counted from 1970-01-01.
    var first: Int64
    var last: Int64

    static let mostDays: Int64 = 1100

    init(name: String = "", first: Int64, last: Int64) {
        self.name = name
        self.first = first
        self.last = last
    }

    /// - Throws: 400 for what is no date, or an end before its beginning.
    init(_ form: Form, zone: ReportingZone, now: Instant) throws {
        let today = zone.day(ofMinute: now.minute)
        last = try Self.day(form.text("to"), today: today) ?? today
        first = try Self.day(form.text("from"), today: today) ?? last - 6
        guard first <= last, last - first < Self.mostDays else { throw AdminFailure.bad("\(firstText) – \(lastText)") }
    }

    private static func day(_ text: String?, today: Int64) throws -> Int64? {
        guard let text else { return nil }
        let parts = text.prefix { $0 != "T" }.split(separator: "-").compactMap { Int($0) }
        guard parts.count == 3, let date = CivilDate(year: parts[0], month: parts[1], day: parts[2]) else { throw AdminFailure.bad(text) }
        return Int64(date.days)
    }

    var firstText: String { CivilTime.text(ofDay: first) }
    var lastText: String { CivilTime.text(ofDay: last) }
    /// What a report is asked for; `form` has the other filters.
    func parameters(_ form: Form, zone: ReportingZone) -> ReportParameters {
        ReportParameters(
            from: Instant(milliseconds: zone.start(ofDay: first) &* 60_000),
            to: Instant(milliseconds: zone.start(ofDay: last + 1) &* 60_000),
            client: form.text("client"), group: form.text("group"), site: form.text("site"), category: form.text("category"),
            limit: form.text("limit").flatMap { Int($0) } ?? 100)
    }

    private var length: Int64 { last - first + 1 }
    var before: ReportRange { ReportRange(first: first - length, last: first - 1) }
    var after: ReportRange { ReportRange(first: last + 1, last: last + length) }

    static func presets(zone: ReportingZone, now: Instant) -> [ReportRange] {
        let today = zone.day(ofMinute: now.minute)
        return [
            ReportRange(name: "today", first: today, last: today), ReportRange(name: "yesterday", first: today - 1, last: today - 1),
            ReportRange(name: "week", first: today - 6, last: today), ReportRange(name: "month", first: today - 29, last: today),
            ReportRange(name: "quarter", first: today - 89, last: today),
        ]
    }
}
