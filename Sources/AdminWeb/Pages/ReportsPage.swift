import Hummingbird
import PolicyCore
import PolicyStore
import Reporting
import VisitStore

/// Every report there is a definition of, and one of them for a range of days.
enum ReportsPage {
    @Sendable static func list(_ request: AdminRequest) async throws -> Response {
        let catalog = request.site.dependencies.reports
        let reports = catalog.names.compactMap { name -> View? in
            guard let report = catalog.report(named: name) else { return nil }
            return [
                "link": "/reports/\(name)", "title": report.title(request.t.language), "text": report.about(request.t.language),
            ]
        }
        return try await request.page("reports", title: request.t["nav-reports"], in: .reports, ["reports": reports])
    }

    @Sendable static func show(_ request: AdminRequest) async throws -> Response {
        let name = try request.parameter("name")
        guard let report = request.site.dependencies.reports.report(named: name) else { throw AdminFailure.notFound }
        let range = try ReportRange(request.query, zone: request.site.visits.zone, now: request.now)
        let parameters = range.parameters(request.query, zone: request.site.visits.zone)
        let now = request.now
        let result = try await request.site.reading { try report.run(parameters, on: $0, now: now) }
        let days = "\(range.firstText)-\(range.lastText)"
        switch request.query["format"] {
        case "csv": return Reply.download(result.csv(), name: "\(name)-\(days).csv", type: "text/csv; charset=utf-8")
        case "json": return Reply.text(result.json(), type: "application/json")
        case "svg": return Reply.text(result.svgFile(request.t.language), type: "image/svg+xml")
        case nil, "", "html": return try await page(request, report, result, range, name)
        case let other?: throw AdminFailure.bad("format: \(other)")
        }
    }

    /// On narrow screens chart and table scroll within themselves, which must be possible from the keyboard (WCAG 2.1.1).
    private static func focusable(_ fragment: String, _ t: Messages) -> String {
        let region = { (name: String) in " tabindex=\"0\" role=\"region\" aria-label=\"\(SafeHTML.escape(t[name]))\">" }
        return fragment.replacing("<figure class=\"chart\">", with: "<figure class=\"chart\"><div class=\"wide\"\(region("report-chart"))")
            .replacing("</figure>", with: "</div></figure>")
            .replacing("<div class=\"table\">", with: "<div class=\"table\"\(region("report-table"))")
    }

    private static func page(
        _ request: AdminRequest, _ report: Report, _ result: ReportResult, _ range: ReportRange, _ name: String
    ) async throws -> Response {
        let known = await request.site.policy.snapshot.document
        let kept = ["client", "group", "site", "category"].map { ($0, request.query.text($0)) }
        let own: [(String, String?)] = [("from", range.firstText), ("to", range.lastText)] + kept
        let view: View = [
            "name": name, "heading": report.title(request.t.language), "text": report.about(request.t.language), "from": range.firstText,
            "to": range.lastText,
            "zone": request.site.visits.zone.name,
            "fragment": focusable(result.fragment(request.t.language), request.t),
            "client": request.query["client"],
            "group": request.query["group"], "site": request.query["site"], "category": request.query["category"],
            "clients": known.clients.prefix(300).map(\.name), "groups": known.groups.map(\.name),
            "categories": known.categories.map(\.name),
            "ranges": ReportRange.presets(zone: request.site.visits.zone, now: request.now).map { preset -> View in
                [
                    "label": request.t["range-\(preset.name)"], "current": preset.first == range.first && preset.last == range.last,
                    "link": "/reports/\(name)" + Form.query([("from", preset.firstText), ("to", preset.lastText)] + kept),
                ]
            },
            "missing": result.complete ? nil : request.t("report-missing", request.wording.count(result.missing)),
            "exports": ["csv", "json", "svg"].map { format -> View in
                ["label": format.uppercased(), "link": "/reports/\(name)" + Form.query(own + [("format", format)])]
            },
            "before": "/reports/\(name)" + Form.query([("from", range.before.firstText), ("to", range.before.lastText)] + kept),
            "after": "/reports/\(name)" + Form.query([("from", range.after.firstText), ("to", range.after.lastText)] + kept),
        ]
        return try await request.page("report", title: report.title(request.t.language), in: .reports, view)
    }
}

extension Report {
    /// What it tells, in a language, in English where it has none.
    func about(_ language: String) -> String { definition.description[language] ?? definition.description["en"] ?? "" }
}
