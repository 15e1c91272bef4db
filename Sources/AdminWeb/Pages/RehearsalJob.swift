import PolicyCore
import PolicyStore
import Synchronization
import VisitStore

/// One rehearsal: what is rehearsed, how far it is, what came of it.
final class RehearsalJob: Sendable {
    /// What is asked for.
    struct Question: Sendable {
        var choice: StoredPolicy.Choice
        var from: Instant
        var to: Instant
        var days: Int
        var baseline: Rehearsal.Baseline
    }

    enum Stage: String, Sendable { case going, done, stopped, failed }

    struct State: Sendable {
        var stage = Stage.going
        var visits = 0
        var percent = 0
        var report: RehearsalReport?
        var error: String?
    }

    let id: String
    let question: Question
    let trial: TrialPolicy
    private let running: TrialPolicy
    private let state = Mutex(State())
    private let isCancelled = Mutex(false)

    init(id: String, question: Question, trial: TrialPolicy, running: TrialPolicy) {
        self.id = id
        self.question = question
        self.trial = trial
        self.running = running
    }

    var current: State { state.withLock { $0 } }

    /// Stops it after the stretch it is at; what was judged by then stays.
    func stop() { isCancelled.withLock { $0 = true } }

    /// Blocks the calling thread until it has ended.
    func run(over visits: VisitStore) {
        var rehearsal = Rehearsal(
            draft: trial.snapshot, running: running.snapshot, from: question.from, baseline: question.baseline)
        let start = rehearsal.start
        let span = max(1, question.to.milliseconds &- start.milliseconds)
        do {
            try rehearsal.run(over: visits, to: question.to) { progress in
                let percent = Int(clamping: (progress.reached.milliseconds &- start.milliseconds) &* 100 / span)
                state.withLock { ($0.visits, $0.percent) = (progress.visits, min(max(percent, 0), 100)) }
                return !isCancelled.withLock { $0 }
            }
            let report = rehearsal.report
            let stopped = isCancelled.withLock { $0 }
            state.withLock { ($0.report, $0.stage) = (report, stopped ? .stopped : .done) }
        } catch {
            state.withLock { ($0.error, $0.stage) = ("\(error)", .failed) }
        }
    }
}

/// The rehearsal under way, and the last few that ended: kept in memory, so that a page can be left and come back to.
final class RehearsalJobs: Sendable {
    /// Kept at most: each holds its draft.
    static let mostKept = 8

    private struct Jobs {
        var all: [RehearsalJob] = []
        var number = 0
    }

    private let jobs = Mutex(Jobs())

    subscript(id: String) -> RehearsalJob? { jobs.withLock { jobs in jobs.all.first { $0.id == id } } }

    /// Begins one, on a thread of its own that yields to the event loops.
    /// - Throws: 409 while another one is under way: one core is what a rehearsal may take.
    func begin(_ question: RehearsalJob.Question, _ site: Site) async throws -> RehearsalJob {
        // Budgets may reach back a week before the span.
        let early = Instant(milliseconds: question.from.milliseconds &- 8 * 86_400_000)
        let trial = try await site.policy.trial(question.choice, from: early, to: question.to)
        let running = try await site.policy.trial(.running, from: early, to: question.to)
        let job = try jobs.withLock { jobs in
            guard !jobs.all.contains(where: { $0.current.stage == .going }) else { throw AdminFailure(.conflict, "rehearse-busy") }
            jobs.number += 1
            let job = RehearsalJob(
                id: "\(jobs.number)-\(String(UInt32.random(in: 0 ... .max), radix: 16))", question: question, trial: trial,
                running: running)
            jobs.all = jobs.all.suffix(Self.mostKept - 1) + [job]
            return job
        }
        let visits = site.visits
        LowPriority.start { job.run(over: visits) }
        return job
    }

    /// The site stops.
    func stopAll() { for job in jobs.withLock({ $0.all }) { job.stop() } }
}
