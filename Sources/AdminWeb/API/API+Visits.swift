import Hummingbird
import PatternMatching
import PolicyCore
import PolicyFormats
import PolicyStore
import Reporting
import VisitStore

extension API {
    private static let filters: [Operation.Field] = [
        .init("from", "Local day, local minute or RFC 3339"), .init("to", "The same; a day includes its end"), .init("client", "Its name"),
        .init("group", "A group of the policy"), .init("site", "Registrable site"), .init("host", "Canonical host"),
        .init("category", "A category of the policy"), .init("verdict", "allow, block, warn or reject"), .init("rule", "Path of a rule"),
        .init("list", "A list whose entry decided, as the policy writes it"),
        .init("text", "Found anywhere in host and path"),
    ]

    static let visits: [AdminRoute] = [
        AdminRoute(
            .get, "/api/visits", .viewer,
            operation: Operation(
                summary: "Visits, newest first", tag: "visits",
                query: filters + [.init("before", "`next` of the page before"), .init("limit", "At most 1000", kind: .integer)],
                answer: "`visits` with the fields of `weir visits --format jsonl`, and `next`"), handle: search),
        AdminRoute(
            .get, "/api/reports", .viewer, operation: Operation(summary: "Names of the reports", tag: "reports", answer: "`reports`")
        ) { request in try Reply.json(["reports": request.site.dependencies.reports.names]) },
        AdminRoute(
            .get, "/api/reports/:name", .viewer,
            operation: Operation(
                summary: "A report", tag: "reports",
                query: [
                    .init("from", "First local day"), .init("to", "Last local day"), .init("client", "Its name"),
                    .init("group", "Its name"),
                    .init("site", "Registrable site"), .init("category", "Its name"), .init("limit", "Rows, at most 1000", kind: .integer),
                ], answer: "What `weir report NAME --format json` prints"), handle: report),
        AdminRoute(
            .get, "/api/explain", .viewer,
            operation: Operation(
                summary: "What would be decided, and why", tag: "policy",
                query: [
                    .init("url", "Absolute URL", required: true), .init("client", "A client's name"), .init("address", "IP address"),
                    .init("user", "User name"), .init("mac", "MAC address"), .init("method", "GET where absent"),
                    .init("at", "Moment, past or future; now where absent"), .init("type", "The reply's media type, where it is known"),
                    .init("revision", "A stored revision; the one that runs where absent", kind: .integer),
                    .init("generation", "Of a visit, in place of a revision", kind: .integer),
                ],
                answer: "`explanation` with the fields of `weir explain --json`, `trace`, `path` with every step, `revision`, `notes`"),
            handle: explain),
    ]

    @Sendable private static func search(_ request: AdminRequest) async throws -> Response {
        let query = try VisitFilter(request.query, zone: request.site.visits.zone).query
        let cursor = try request.query.text("before").map { text -> VisitCursor in
            guard let cursor = VisitCursor(text) else { throw AdminFailure.bad("before") }
            return cursor
        }
        let limit = min(max(1, request.query.text("limit").flatMap { Int($0) } ?? 100), 1000)
        let page = try await request.site.reading { try $0.visits(matching: query, before: cursor, limit: limit) }
        let next = page.next.map { "\"\($0)\"" } ?? "null"
        // The rows are JSON already, written by the one who knows their fields.
        return Reply.text("{\"visits\":[\(page.rows.map(\.jsonLine).joined(separator: ","))],\"next\":\(next)}", type: "application/json")
    }

    @Sendable private static func report(_ request: AdminRequest) async throws -> Response {
        guard let report = request.site.dependencies.reports.report(named: try request.parameter("name")) else {
            throw AdminFailure.notFound
        }
        let zone = request.site.visits.zone
        let now = request.now
        let parameters = try ReportRange(request.query, zone: zone, now: now).parameters(request.query, zone: zone)
        let result = try await request.site.reading { try report.run(parameters, on: $0, now: now) }
        return Reply.text(result.json(), type: "application/json")
    }

    @Sendable private static func explain(_ request: AdminRequest) async throws -> Response {
        guard let url = request.query.text("url") else { throw AdminFailure.bad("url: missing") }
        do {
            return try Reply.json(ExplainAnswer(try await WhyAnswer(request.query, url: url, request), request.t))
        } catch let problem as WhyQuestion.Problem {
            throw AdminFailure.bad(request.t(problem.message, problem.detail))
        }
    }
}
