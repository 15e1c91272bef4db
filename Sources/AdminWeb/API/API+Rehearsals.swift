import Hummingbird
import PolicyCore
import PolicyFormats
import PolicyStore

extension API {
    static let rehearsals: [AdminRoute] = [
        AdminRoute(
            .post, "/api/policy/rehearsals", .manager, bodyLimit: 4 << 20,
            operation: Operation(
                summary: "Judge what was recorded by a draft or a revision", tag: "policy",
                body: [
                    .init("text", "The draft, YAML"), .init("revision", "A stored revision instead", kind: .integer),
                    .init("days", "The last so many days; 7 where absent", kind: .integer),
                    .init("against", "recorded or running: what the draft is compared with"),
                ], answer: "`id` and `state`; 409 while another one is under way; 422 with the draft's errors",
                status: 202), handle: begin),
        AdminRoute(
            .get, "/api/policy/rehearsals/:id", .viewer,
            operation: Operation(
                summary: "How far a rehearsal is, and what it found", tag: "policy",
                answer:
                    "`state` (going, done, stopped, failed), `visits`, `percent`, and `report` as `weir policy rehearse --format json` prints it"
            )
        ) { request in
            guard let job = request.site.rehearsals[try request.parameter("id")] else { throw AdminFailure(.notFound, "rehearse-gone") }
            return answer(job)
        },
        AdminRoute(
            .delete, "/api/policy/rehearsals/:id", .manager,
            operation: Operation(summary: "Stop a rehearsal", tag: "policy", answer: "The same as asking for it")
        ) { request in
            guard let job = request.site.rehearsals[try request.parameter("id")] else { throw AdminFailure(.notFound, "rehearse-gone") }
            job.stop()
            return answer(job)
        },
    ]

    private struct RehearsalWanted: Decodable {
        var text: String?
        var revision: Int64?
        var days: Int?
        var against: String?
    }

    @Sendable private static func begin(_ request: AdminRequest) async throws -> Response {
        let wanted = try request.decoded(RehearsalWanted.self)
        let choice: StoredPolicy.Choice
        switch (wanted.text, wanted.revision) {
        case (let text?, nil): choice = .draft(text, file: "draft")
        case (nil, let revision?): choice = .revision(revision)
        default: throw AdminFailure.bad("text or revision")
        }
        let question = try RehearsePage.question(
            choice, days: wanted.days.map(String.init), against: wanted.against, now: request.now)
        return answer(try await request.site.rehearsals.begin(question, request.site), status: .accepted)
    }

    /// The report is JSON already, written by the one who knows its fields.
    private static func answer(_ job: RehearsalJob, status: HTTPResponse.Status = .ok) -> Response {
        let state = job.current
        let report = state.report?.json(from: job.question.from, to: job.question.to, missingLists: job.trial.missingLists) ?? "null"
        return Reply.text(
            "{\"id\":\"\(job.id)\",\"state\":\"\(state.stage.rawValue)\",\"visits\":\(state.visits),\"percent\":\(state.percent),\"report\":\(report)}",
            type: "application/json", status: status)
    }
}
