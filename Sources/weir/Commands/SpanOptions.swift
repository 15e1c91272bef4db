import ArgumentParser
import Foundation
import PolicyCore
import VisitStore

/// `--from` and `--to`, for commands that look at a span of time.
struct SpanOptions: ParsableArguments {
    @Option(help: "From this day (2026-09-01) or moment (2026-09-01T08:30:00+02:00) on.")
    var from: String?
    @Option(help: "To this day's end, or before this moment.")
    var to: String?

    /// - Throws: `ValidationError` for what is neither a day nor a moment.
    func read(in zone: ReportingZone) throws -> (from: Instant?, to: Instant?) {
        let span = (
            from: try from.map { try Self.moment($0, zone, isEnd: false) }, to: try to.map { try Self.moment($0, zone, isEnd: true) }
        )
        if let first = span.from, let last = span.to, first >= last { throw ValidationError("--to is before --from") }
        return span
    }

    private static func moment(_ text: String, _ zone: ReportingZone, isEnd: Bool) throws -> Instant {
        if let instant = Instant(rfc3339: text) { return instant }
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 3, let year = parts[0], let month = parts[1], let day = parts[2],
            let date = CivilDate(year: year, month: month, day: day)
        else { throw ValidationError("\"\(text)\" is neither a day such as 2026-09-01 nor a moment such as 2026-09-01T08:30:00+02:00") }
        let minute = zone.start(ofDay: Int64(date.days + (isEnd ? 1 : 0)))
        return Instant(milliseconds: minute * 60_000)
    }
}
