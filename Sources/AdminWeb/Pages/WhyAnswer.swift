import PolicyCore
import PolicyStore
import VisitStore

/// What *Why?* answers: the whole path by the policy that was asked, and what it cannot know.
struct WhyAnswer: Sendable {
    let path: VerdictPath
    let snapshot: PolicySnapshot
    let question: WhyQuestion
    /// The revision asked; nil where the policy is a file.
    let revision: Int64?
    /// Set where it is not the one that runs.
    let isOther: Bool
    /// Keys of the catalogue, each with what fills it.
    let notes: [(key: String, value: String)]

    /// - Throws: ``WhyQuestion/Problem``, ``PolicyStoreError`` for a revision that is none.
    init(_ form: Form, url: String, _ request: AdminRequest) async throws {
        let site = request.site
        let policy = site.policy
        let zone = site.visits.zone
        let now = request.now
        let running = await policy.snapshot
        let moment = try WhyQuestion.moment(form, zone: zone, now: now)
        let current = await PolicyChange.current(policy)
        let wanted = try await Self.revision(form, policy)
        let other = wanted.flatMap { $0 == current ? nil : $0 }
        var missing: [String] = []
        if other == nil, moment >= now {
            (snapshot, revision) = (running, current)
        } else {
            // Grants and pauses as they were then.
            let trial = try await policy.trial(
                other.map { .revision($0) } ?? .running, from: moment, to: Instant(milliseconds: moment.milliseconds &+ 1))
            (snapshot, revision, missing) = (trial.snapshot, trial.revision, trial.missingLists)
        }
        isOther = other != nil
        question = try WhyQuestion(form, url: url, snapshot: snapshot, zone: zone, now: now)
        let question = question
        let snapshot = snapshot
        if moment >= now {
            path = snapshot.path(question.asked, asker: question.asker, at: question.at, state: site.dependencies.state)
        } else {
            let keys = snapshot.budgetKeys(for: snapshot.identify(question.asker))
            let state = try await site.reading { try RecordedUse(keys, at: question.at, in: $0) }
            path = snapshot.path(question.asked, asker: question.asker, at: question.at, state: state)
        }
        notes = Self.notes(snapshot, missing: missing, isPast: moment < now, isOther: other != nil, path)
    }

    /// A revision by its number, or by the generation a visit was judged in.
    private static func revision(_ form: Form, _ policy: PolicyStore) async throws -> Int64? {
        if let text = form.text("revision") {
            guard let number = Int64(text) else { throw WhyQuestion.Problem(message: "why-bad-revision", detail: text) }
            return number
        }
        guard let generation = form.text("generation").flatMap({ UInt64($0) }) else { return nil }
        return try await policy.revision(ofGeneration: generation)
    }

    private static func notes(
        _ snapshot: PolicySnapshot, missing: [String], isPast: Bool, isOther: Bool, _ path: VerdictPath
    ) -> [(key: String, value: String)] {
        var notes: [(String, String)] = []
        if isPast || isOther, !snapshot.document.lists.isEmpty { notes.append(("why-note-lists", "")) }
        if !missing.isEmpty { notes.append(("why-note-missing", missing.joined(separator: ", "))) }
        if isPast, path.explanation.verdict == .warn { notes.append(("why-note-warning", "")) }
        return notes
    }
}
