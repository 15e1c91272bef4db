import PolicyCore
import Testing
import Visits

@testable import VisitStore

/// What a start tells the ledger: no less and no more than was used.
@Suite struct BudgetSeedTests {
    private static let budget = BudgetKey(rule: "groups.kids.rules[2]", owner: "anna", shared: false)

    private struct Use: Equatable {
        var minutes: Set<Int64> = []
        var bytes: UInt64 = 0
        var visits = 0
    }

    private func use(_ notes: [BudgetNote], of budget: BudgetKey = budget) -> Use {
        notes.filter { $0.budget == budget }.reduce(into: Use()) { use, note in
            use.minutes.insert(note.minute)
            use.bytes += note.bytes
            use.visits += note.visits
        }
    }

    /// Half of it is stored, half of it journalled; the tunnel runs through.
    private func left(_ change: (any VisitRecorder) -> Void) throws -> TemporaryDirectory {
        let directory = try TemporaryDirectory()
        let store = try VisitStore.open(options(directory))
        let recorder = store.makeRecorder(stream: 0)
        let tunnel = recorder.begin(sample(isPage: false, budget: Self.budget))
        recorder.end(ending(recorder.begin(sample(at: someTime + 60_000, budget: Self.budget)), at: someTime + 60_000))
        recorder.progress(VisitProgress(id: tunnel, minute: someTime / 60_000 + 3, up: 0, down: 500))
        #expect(recorder.flush())
        #expect(eventually { store.status().stored == 2 })
        store.close()
        // A second process goes on and dies with its visits journalled only.
        let second = try VisitStore.open(options(directory) { $0.drainMilliseconds = 600_000 })
        let later = second.makeRecorder(stream: 0)
        change(later)
        #expect(later.flush())
        let copy = try directory.copy()
        second.close()
        return copy
    }

    @Test func databaseAndJournalAddUp() throws {
        let directory = try left { recorder in
            let tunnel = recorder.begin(sample(at: someTime + 600_000, isPage: false, budget: Self.budget))
            recorder.progress(VisitProgress(id: tunnel, minute: someTime / 60_000 + 11, up: 10, down: 20))
            recorder.progress(VisitProgress(id: tunnel, minute: someTime / 60_000 + 12, up: 20, down: 40))
            let page = recorder.begin(sample(at: someTime + 600_000, budget: Self.budget))
            recorder.end(ending(page, at: someTime + 600_000, up: 0, down: 7))
            // What is blocked, and what has another budget or none, is not this one's.
            recorder.end(ending(recorder.begin(sample(at: someTime + 900_000, verdict: .block, budget: Self.budget)), up: 0, down: 0))
            recorder.end(ending(recorder.begin(sample(at: someTime + 900_000)), at: someTime + 900_000))
        }
        let store = try VisitStore.open(options(directory))
        let notes = store.ledgerSeed(since: Instant(milliseconds: 0))
        let minute = someTime / 60_000
        #expect(
            use(notes)
                == Use(
                    minutes: [minute, minute + 1, minute + 3, minute + 10, minute + 11, minute + 12], bytes: 1_010 + 500 + 60 + 7, visits: 2
                ))
        #expect(store.ledgerSeed(since: Instant(milliseconds: 0)).isEmpty)
        store.close()
        let again = try VisitStore.open(options(directory))
        #expect(use(again.ledgerSeed(since: Instant(milliseconds: 0))) == use(notes))
    }

    @Test func onlyWhatIsAskedForIsGiven() throws {
        let store = try VisitStore.open(options(try left { _ in }))
        let notes = store.ledgerSeed(since: Instant(milliseconds: someTime + 120_000))
        #expect(use(notes).minutes == [someTime / 60_000 + 3])
        store.close()
    }

    @Test(arguments: ["a", "client|x", "other|rule|owner|more"])
    func keysAreReadAsFarAsTheyAreOnes(_ text: String) {
        let key = BudgetText.decode(text)
        #expect(key.map(BudgetText.encode) == (text.hasPrefix("other") ? "client|rule|owner|more" : nil))
    }

    @Test func sharedKeysKeepTheirOwner() {
        let key = BudgetKey(rule: "rules[0]", owner: "kids", shared: true)
        #expect(BudgetText.decode(BudgetText.encode(key)) == key)
    }
}
