import PolicyCore
import VisitStore

@testable import Reporting

/// A result with rows of a test's own making, as a report of such columns would give.
func sampleResult(
    _ columns: [ReportColumn], _ rows: [[ReportValue]], chart: ReportChart? = nil, days: (first: Int64, last: Int64) = (20_700, 20_706),
    bound: Set<BoundName> = [], parameters: ReportParameters = ReportParameters(), isCut: Bool = false, missing: UInt64? = nil
) -> ReportResult {
    let zone = ReportingZone.utc
    let definition = ReportDefinition(
        name: "sample", title: ["en": "A <sample> & \"more\"", "de": "Ein Muster"], description: ["en": "What it's about"], filters: [],
        defaultDays: 7, sql: "SELECT 1", bound: bound, columns: columns, chart: chart)
    var asked = parameters
    asked.from = Instant(seconds: days.first * 86_400)
    asked.to = Instant(seconds: (days.last + 1) * 86_400)
    let span = ReportSpan(asked, definition: definition, zone: zone, now: Instant(milliseconds: 0))
    return ReportResult(
        definition: definition, parameters: parameters, span: span, rows: rows, isCut: isCut, complete: missing == nil,
        missing: missing ?? 0)
}

func sampleColumn(
    _ name: String, _ kind: ReportColumn.Kind, title: String? = nil, empty: String? = nil, link: String? = nil
) -> ReportColumn {
    ReportColumn(name: name, title: ["en": title ?? name], kind: kind, empty: empty.map { ["en": $0] }, link: link)
}

/// What people, sites and attackers call themselves.
let naughtyNames = [
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "'; DROP TABLE visit; --", "a & b", "]]>", "<![CDATA[", "--><!--",
    "=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "line\nbreak", "\u{0}\u{1}\u{1b}[31m", "\u{202e}moc.elgoog",
    "\u{fffe}\u{ffff}",
    "日本語のとても長い名前のサイト.example", "👩‍👩‍👧‍👦 family", "Zoë’s iPad", String(repeating: "w", count: 300), "", "{name}", "javascript:alert(1)",
    "=\u{301}1", "a\u{301}\u{302}\u{303}",
]
