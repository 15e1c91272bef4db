import Hummingbird
import PolicyCore
import PolicyStore
import Reporting
import VisitStore
import Visits

/// What is happening now, today against the same time last week, and what needs somebody.
enum OverviewPage {
    @Sendable static func show(_ request: AdminRequest) async throws -> Response {
        guard request.visitor?.role.includes(.viewer) ?? false else { return Reply.seeOther("/mine") }
        let policy = request.site.policy
        let wording = request.wording(await policy.snapshot.document)
        let zone = request.site.visits.zone
        let (now, report) = (request.now, request.site.dependencies.reports.report(named: "overview"))
        let (rows, days, devices) = try await request.site.reading { visits in
            (
                try visits.visits(matching: VisitQuery(), before: nil, limit: 12).rows, try DayFigures.lastDays(report, visits, now: now),
                try visits.recentClients(limit: 500)
            )
        }
        let today = zone.day(ofMinute: request.now.minute)
        let (figures, before) = (days[today] ?? DayFigures(), days[today - 7])
        let lists = await policy.lists()
        let open = try await policy.asks(open: true).count
        let active = devices.count { $0.lastSeen.milliseconds > request.now.milliseconds - 900_000 }
        let day = wording.day(request.now)
        let view: View = [
            "alerts": await alerts(request, lists), "rows": rows.map { $0.view(wording) }, "some": !rows.isEmpty,
            "zone": zone.name,
            "tiles": [
                tile(
                    request.t["tile-visits"], wording.count(figures.visits), compare(before?.visits, wording),
                    "/visits" + Form.query([("from", day)])),
                tile(
                    request.t["tile-blocked"], wording.count(figures.blocked), compare(before?.blocked, wording),
                    "/visits" + Form.query([("from", day), ("verdict", "block")])),
                tile(
                    request.t["tile-traffic"], wording.bytes(UInt64(max(0, figures.bytes))), request.t["tile-today"], "/reports/bandwidth"),
                tile(request.t["tile-active"], wording.count(active), request.t["tile-active-note"], "/clients"),
                tile(request.t["tile-requests"], wording.count(open), request.t["tile-requests-note"], "/requests"),
            ],
            "lists": lists.map { list -> View in
                [
                    "name": list.name, "link": "/lists/\(Form.encode(list.name))", "state": request.t["list-\(list.state.rawValue)"],
                    "style": list.state.rawValue, "entries": wording.count(list.entries),
                ]
            },
            "some-lists": !lists.isEmpty,
        ]
        return try await request.page("overview", title: request.t["nav-overview"], in: .overview, view)
    }

    private static func tile(_ label: String, _ number: String, _ note: String, _ link: String) -> View {
        ["label": label, "number": number, "note": note, "link": link]
    }

    /// The whole of the same weekday a week ago.
    private static func compare(_ before: Int64?, _ wording: Wording) -> String {
        before.map { wording.t("tile-week-ago", wording.count($0)) } ?? wording.t["tile-today"]
    }

    /// Sentences with a link, worst first.
    private static func alerts(_ request: AdminRequest, _ lists: [ListStatus]) async -> [View] {
        let t = request.t
        var out = await request.site.dependencies.status().alerts.map { alert("bad", $0, nil, nil) }
        let recording = request.site.visits.status()
        if recording.recording == .stopped { out.append(alert("bad", t["alert-recording"], recording.error, nil)) }
        if let path = recording.setAside { out.append(alert("bad", t["alert-set-aside"], path, nil)) }
        let policy = await request.site.policy.status()
        if !policy.errors.isEmpty {
            out.append(alert("bad", t["alert-policy"], policy.errors.prefix(3).joined(separator: "\n"), "/policy"))
        }
        if !policy.missingLists.isEmpty {
            out.append(alert("bad", t("alert-missing", policy.missingLists.joined(separator: ", ")), nil, "/lists"))
        }
        let troubled = lists.filter { $0.state == .failed || $0.state == .held }.map(\.name)
        if !troubled.isEmpty { out.append(alert("warn", t("alert-lists", troubled.joined(separator: ", ")), nil, "/lists")) }
        return out
    }

    private static func alert(_ style: String, _ text: String, _ detail: String?, _ link: String?) -> View {
        ["style": style, "text": text, "detail": detail, "link": link]
    }
}
