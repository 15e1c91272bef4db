import Foundation
import PolicyCore
import PolicyFormats
import PolicyStore
import VisitStore

/// The policy a question is put to, and what is known of its past.
struct AskedPolicy {
    let snapshot: PolicySnapshot
    let revision: Int64?
    private var missingLists: [String] = []
    private var isOlder = false

    /// - Parameters:
    ///   - file: a policy file; nil for the stored one.
    ///   - at: grants and pauses of this moment hold.
    static func read(file: String?, _ settings: Configuration?, revision: Int64?, at: Instant) throws -> AskedPolicy {
        if let file {
            let (snapshot, missing) = try PolicyFile.snapshot(file)
            return AskedPolicy(snapshot: snapshot, revision: nil, missingLists: missing)
        }
        let settings = settings ?? Configuration()
        let place = StoredPolicy.Place(directory: settings.data, policyFile: settings.policy)
        let stored = try StoredPolicy.read(
            revision.map { .revision($0) } ?? .running, at: place, from: at, to: Instant(milliseconds: at.milliseconds &+ 1),
            zones: SystemZones())
        return AskedPolicy(
            snapshot: stored.snapshot, revision: stored.revision, missingLists: stored.missingLists, isOlder: revision != nil)
    }

    /// Budgets as they were at the moment; nothing used where nothing was recorded.
    func state(_ asker: Asker, at moment: Instant, now: Instant, _ settings: Configuration) throws -> RecordedBudgets {
        let keys = snapshot.budgetKeys(for: snapshot.identify(asker))
        guard !keys.isEmpty, let reader = try? VisitSource.open(settings) else { return RecordedBudgets(state: nil) }
        return RecordedBudgets(state: try RecordedUse(keys, at: min(moment, now), in: reader))
    }

    /// What the answer cannot know.
    func notes(_ asker: Asker, at moment: Instant, now: Instant) -> [String] {
        var notes: [String] = []
        if isOlder || moment < now, !snapshot.document.lists.isEmpty { notes.append("Lists are today's versions, not those of that time.") }
        if !missingLists.isEmpty { notes.append("Lists without a version here: \(missingLists.joined(separator: ", ")).") }
        if snapshot.document.hasWarnings { notes.append("Whether a warning had been continued is not known here.") }
        return notes
    }
}

extension PolicyDocument {
    fileprivate var hasWarnings: Bool { (rules + groups.flatMap(\.rules)).contains { $0.verb == .warn } }
}

/// Budgets from what was recorded, or nothing used.
struct RecordedBudgets: PolicyState {
    let state: RecordedUse?

    func used(_ budget: BudgetKey, from: Instant, to: Instant, now: Instant) -> BudgetUse {
        state?.used(budget, from: from, to: to, now: now) ?? BudgetUse()
    }

    func hasContinued(client: String, rule: String, site: String, now: Instant) -> Bool { false }
}
