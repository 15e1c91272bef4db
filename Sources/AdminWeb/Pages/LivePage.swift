import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import PolicyCore
import PolicyStore
import ServiceLifecycle
import Synchronization
import VisitStore

/// Visits as they happen.
enum LivePage {
    static let mostWatchers = 64

    @Sendable static func show(_ request: AdminRequest) async throws -> Response {
        let filter = try VisitFilter(request.query, zone: request.site.visits.zone)
        let query = filter.query
        let page = try await request.site.reading { try $0.visits(matching: query, before: nil, limit: 50) }
        let known = await request.site.policy.snapshot.document
        let wording = request.wording(known)
        let view: View = [
            "filter": filter.view(request.t, clients: known.clients.prefix(300).map(\.name), categories: known.categories.map(\.name)),
            "rows": page.rows.map { $0.view(wording) }, "some": !page.rows.isEmpty, "zone": request.site.visits.zone.name,
            "events": "/live/events" + Form.query(filter.pairs),
        ]
        return try await request.page("live", title: request.t["nav-live"], in: .live, view)
    }

    /// One visit of the stream, ready to be put into cells.
    private struct Event: Encodable {
        var time: String
        var client: String
        var clientLink: String
        var place: String
        var path: String
        var verdict: String
        var style: String
        var rule: String
        var category: String
        var link: String
    }

    /// Server-sent events, batched so that 500 visits a second are ten writes a second.
    @Sendable static func events(_ request: AdminRequest) async throws -> Response {
        guard request.site.watchers.withLock({ $0 < mostWatchers }) else {
            throw AdminFailure(.serviceUnavailable, "error-watchers", retryAfter: 10)
        }
        let query = try VisitFilter(request.query, zone: request.site.visits.zone).query
        let site = request.site
        let visits = site.visits
        let wording = request.wording(await request.site.policy.snapshot.document)
        let body = ResponseBody { writer in
            site.watchers.withLock { $0 += 1 }
            defer { site.watchers.withLock { $0 -= 1 } }
            try await writer.write(ByteBuffer(string: "retry: 2000\n\n"))
            let pending = LiveBuffer()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for await row in visits.live.cancelOnGracefulShutdown() where query.accepts(row) { pending.add(row) }
                    pending.finish()
                }
                var quiet = 0
                while let rows = pending.take() {
                    quiet = rows.isEmpty ? quiet + 1 : 0
                    if !rows.isEmpty {
                        try await writer.write(ByteBuffer(string: rows.map { text(of: $0, wording) }.joined()))
                    } else if quiet % 100 == 0 {
                        try await writer.write(ByteBuffer(string: ": still here\n\n"))
                    }
                    try await Task.sleep(for: .milliseconds(100))
                }
                group.cancelAll()
            }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: [.contentType: "text/event-stream"], body: body)
    }

    private static func text(of row: VisitRow, _ wording: Wording) -> String {
        let badge = wording.verdict(row.verdict, rule: row.rule)
        let event = Event(
            time: wording.clock(row.time), client: row.client, clientLink: "/clients/\(Form.encode(row.client))",
            place: row.host ?? wording.t["visit-no-host"], path: String((row.path ?? "").prefix(120)), verdict: badge.text,
            style: badge.style,
            rule: row.rule ?? row.reason ?? "", category: row.category ?? "", link: row.whyLink(wording) ?? "/visits")
        guard let json = try? JSONEncoder().encode(event) else { return "" }
        return "event: visit\ndata: \(String(decoding: json, as: UTF8.self))\n\n"
    }
}
