import PolicyCore
import VisitStore
import Visits

/// The filter bar's fields, from the query of a page's address; the same names everywhere.
struct VisitFilter: Sendable {
    var query: VisitQuery
    /// As written, to fill the bar again.
    var from: String
    var to: String

    /// - Throws: 400 where a moment or a verdict is none.
    init(_ form: Form, zone: ReportingZone) throws {
        from = form.text("from") ?? ""
        to = form.text("to") ?? ""
        query = VisitQuery(
            from: try Self.moment(from, zone, endOfDay: false), to: try Self.moment(to, zone, endOfDay: true),
            client: form.text("client"), group: form.text("group"), site: form.text("site"), host: form.text("host")?.lowercased(),
            category: form.text("category"), verdict: try Self.verdict(form.text("verdict")), rule: form.text("rule"),
            list: form.text("list"), text: form.text("text"))
    }

    private static func verdict(_ text: String?) throws -> VisitVerdict? {
        guard let text else { return nil }
        guard let verdict = VisitVerdict(rawValue: text) else { throw AdminFailure.bad("verdict: \(text)") }
        return verdict
    }

    /// A local day (`2026-09-01`), a local minute (`2026-09-01T14:03`), or RFC 3339 with an offset.
    /// - Parameter endOfDay: whether a day means its end.
    static func moment(_ text: String, _ zone: ReportingZone, endOfDay: Bool) throws -> Instant? {
        if text.isEmpty { return nil }
        if let instant = Instant(rfc3339: text) { return instant }
        let halves = text.split(omittingEmptySubsequences: false, whereSeparator: { $0 == "T" || $0 == " " })
        let date = halves.first?.split(separator: "-").compactMap { Int($0) } ?? []
        guard (1...2).contains(halves.count), date.count == 3, let civil = CivilDate(year: date[0], month: date[1], day: date[2]) else {
            throw AdminFailure.bad(text)
        }
        if halves.count == 1 { return Instant(milliseconds: zone.start(ofDay: Int64(civil.days) + (endOfDay ? 1 : 0)) * 60_000) }
        let time = halves[1].split(separator: ":").compactMap { Int($0) }
        guard time.count >= 2, (0..<24).contains(time[0]), (0..<60).contains(time[1]) else { throw AdminFailure.bad(text) }
        let local = (Int64(civil.days) * 1440 + Int64(time[0] * 60 + time[1])) * 60
        // The offset is asked for twice, since the first guess may lie on the other side of a change of the clocks.
        let guess = local - Int64(zone.offset(local))
        return Instant(milliseconds: (local - Int64(zone.offset(guess))) * 1000)
    }

    var pairs: [(String, String?)] {
        [
            ("from", from), ("to", to), ("client", query.client), ("group", query.group), ("site", query.site), ("host", query.host),
            ("category", query.category), ("verdict", query.verdict?.rawValue), ("rule", query.rule), ("list", query.list),
            ("text", query.text),
        ]
    }

    /// The bar's own fields.
    func view(_ t: Messages, clients: [String], categories: [String]) -> View {
        [
            "from": from, "to": to, "client": query.client, "site": query.site, "host": query.host, "group": query.group,
            "rule": query.rule, "list": query.list,
            "text": query.text, "category": query.category, "clients": clients, "categories": categories,
            "verdicts": VisitVerdict.allCases.map { verdict -> View in
                ["value": verdict.rawValue, "label": t("verdict-\(verdict.rawValue)"), "chosen": verdict == query.verdict]
            },
            "is-filtered": pairs.contains { !($0.1 ?? "").isEmpty },
        ]
    }
}
