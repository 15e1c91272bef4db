import HTTPTypes
import Hummingbird
import PolicyCore
import PolicyFormats
import PolicyStore
import VisitStore

/// A draft, or a stored revision, judged over what was recorded.
enum RehearsePage {
    static let usualDays = 7
    static let mostDays = 3_660

    /// Begins one: of a stored revision, or once more of what another rehearsal was about.
    @Sendable static func begin(_ request: AdminRequest) async throws -> Response {
        let form = request.form
        let choice: StoredPolicy.Choice
        if let again = form.text("again") {
            guard let job = request.site.rehearsals[again] else { throw AdminFailure(.notFound, "rehearse-gone") }
            choice = job.question.choice
        } else {
            guard let number = form["revision"].flatMap({ Int64($0) }) else { throw AdminFailure.bad("revision") }
            choice = .revision(number)
        }
        return try await begin(choice, request)
    }

    /// - Throws: ``PolicyStoreError/badPolicy(_:)`` for a text with errors.
    static func begin(_ choice: StoredPolicy.Choice, _ request: AdminRequest) async throws -> Response {
        let question = try question(
            choice, days: request.form.text("days"), against: request.form.text("against"), now: request.now)
        let job = try await request.site.rehearsals.begin(question, request.site)
        return Reply.seeOther("/policy/rehearsals/\(job.id)")
    }

    static func question(
        _ choice: StoredPolicy.Choice, days: String?, against: String?, now: Instant
    ) throws -> RehearsalJob.Question {
        let days = try days.map { text -> Int in
            guard let days = Int(text), (1...mostDays).contains(days) else { throw AdminFailure.bad("days: \(text)") }
            return days
        }
        let baseline = try against.map { text -> Rehearsal.Baseline in
            guard let baseline = Rehearsal.Baseline(rawValue: text) else { throw AdminFailure.bad("against: \(text)") }
            return baseline
        }
        let length = Int64(days ?? usualDays) * 86_400_000
        return RehearsalJob.Question(
            choice: choice, from: Instant(milliseconds: now.milliseconds &- length), to: now, days: days ?? usualDays,
            baseline: baseline ?? .recorded)
    }

    @Sendable static func show(_ request: AdminRequest) async throws -> Response {
        guard let job = request.site.rehearsals[try request.parameter("id")] else { throw AdminFailure(.notFound, "rehearse-gone") }
        let state = job.current
        var view: View = [
            "id": job.id, "days": "\(job.question.days)", "going": state.stage == .going, "stopped": state.stage == .stopped,
            "baselines": Rehearsal.Baseline.allCases.map { baseline -> View in
                [
                    "value": baseline.rawValue, "label": request.t["rehearse-\(baseline.rawValue)"],
                    "chosen": baseline == job.question.baseline,
                ]
            },
            "visits": request.t("rehearse-going", request.wording.count(state.visits)), "percent": "\(state.percent)",
            "failure": state.error.map { request.t("rehearse-failed", $0) },
        ]
        switch job.question.choice {
        case .draft(let text, _):
            view["what"] = request.t["rehearse-of-draft"]
            view["draft"] = text
        case .revision(let number): view["what"] = request.t("rehearse-of-revision", "\(number)")
        case .running: view["what"] = request.t["current"]
        }
        if let report = state.report { view = view.merging(RehearsalView(report, job, request).view) }
        var response = try await request.page("rehearsal", title: request.t["rehearse-title"], in: .policy, view)
        // Without scripts too: the browser asks again by itself.
        if state.stage == .going { response.headers[.refresh] = "2" }
        return response
    }

    @Sendable static func stop(_ request: AdminRequest) async throws -> Response {
        guard let job = request.site.rehearsals[try request.parameter("id")] else { throw AdminFailure(.notFound, "rehearse-gone") }
        job.stop()
        return Reply.seeOther("/policy/rehearsals/\(job.id)")
    }
}
