import Foundation
import GRDB
import PolicyCore
import Testing
import Visits

@testable import VisitStore

@Suite struct VisitStoreTests {
    @Test func visitIsStoredWithEveryField() throws {
        let directory = try TemporaryDirectory()
        let store = try VisitStore.open(options(directory))
        let recorder = store.makeRecorder(stream: 0)
        var visit = sample(category: "games")
        visit.user = "anna@example.com"
        visit.reason = "because \"x\""
        let id = recorder.begin(visit)
        recorder.end(ending(id))
        #expect(recorder.flush())
        #expect(eventually { store.status().stored == 1 })
        let row = try #require(try store.all().first)
        #expect(
            row.jsonLine == """
                {"id":"\(id.text)","time":"2026-09-01T08:30:00.000Z","client":"anna","address":"192.168.1.20","user":"anna@example.com",\
                "group":"kids","method":"GET","scheme":"http","host":"www.example.com","port":80,"path":"/page/0","verdict":"allow",\
                "rule":"groups.kids.default","category":"games","status":200,"up":10,"down":1000,"ms":25,"outcome":"complete",\
                "reason":"because \\"x\\"","generation":7}
                """)
        #expect(row.site == "example.com")
        #expect(row.mediaType == "text/html")
        #expect(store.status().journal == 0)
    }

    @Test func journalledVisitIsReadBeforeItIsStored() throws {
        let directory = try TemporaryDirectory()
        let store = try VisitStore.open(options(directory) { $0.drainMilliseconds = 600_000 })
        let recorder = store.makeRecorder(stream: 0)
        let first = recorder.begin(sample(1))
        _ = recorder.begin(sample(2, at: someTime + 1))
        recorder.end(ending(first))
        #expect(recorder.flush())
        #expect(eventually { store.status().journal == 2 || store.status().stored == 2 })
        let rows = try store.all()
        #expect(rows.map(\.outcome) == [.complete, .open])
        #expect(rows.map(\.path) == ["/page/1", "/page/2"])
        #expect(try VisitReader.open(directory.path).all().map(\.outcome) == [.complete, .open])
    }

    @Test func runningVisitIsSeenAndEndsLater() throws {
        let directory = try TemporaryDirectory()
        let store = try VisitStore.open(options(directory))
        let recorder = store.makeRecorder(stream: 0)
        let id = recorder.begin(sample())
        #expect(recorder.flush())
        #expect(try eventually { try store.number("SELECT COUNT(*) FROM v_visits WHERE outcome = 'open'") == 1 })
        recorder.progress(VisitProgress(id: id, minute: someTime / 60_000 + 20, up: 5, down: 50))
        #expect(recorder.flush())
        #expect(try eventually { try store.number("SELECT down FROM v_visits") == 50 })
        recorder.end(ending(id, at: someTime + 40 * 60_000, down: 99, outcome: .closedByPolicy))
        #expect(recorder.flush())
        #expect(try eventually { try store.number("SELECT COUNT(*) FROM v_visits WHERE outcome = 'closed-by-policy'") == 1 })
        #expect(try store.number("SELECT active_minutes(day, minutes) FROM v_day_client_site") == 3)
        #expect(try store.number("SELECT active_minutes(hour, bits) FROM v_hour_client") == 3)
        #expect(try store.number("SELECT SUM(down) FROM v_hour_client") == 99)
        #expect(try store.number("SELECT COUNT(*) FROM open_visit") == 0)
    }

    @Test func closingStoresEverythingAndInterruptsWhatRuns() throws {
        let directory = try TemporaryDirectory()
        let store = try VisitStore.open(options(directory) { $0.drainMilliseconds = 600_000 })
        for stream in 0..<3 {
            let recorder = store.makeRecorder(stream: stream)
            for number in 0..<1_000 {
                let id = recorder.begin(sample(number))
                if number != 500 { recorder.end(ending(id)) }
            }
            #expect(recorder.flush())
        }
        store.close()
        #expect(directory.segments == [])
        let rows = try VisitReader.open(directory.path).all()
        #expect(rows.count == 3_000)
        #expect(rows.filter { $0.outcome == .interrupted }.count == 3)
        #expect(try VisitReader.open(directory.path).coverage(from: nil, to: nil).isComplete)
        store.close()
    }

    @Test func onlyOneProcessRecords() throws {
        let directory = try TemporaryDirectory()
        let store = try VisitStore.open(options(directory))
        #expect(throws: VisitStoreError.self) { try VisitStore.open(options(directory)) }
        store.close()
    }

    @Test func watchersSeeBeginningsAndEnds() async throws {
        let directory = try TemporaryDirectory()
        let store = try VisitStore.open(options(directory))
        let recorder = store.makeRecorder(stream: 0)
        var live = store.live.makeAsyncIterator()
        let id = recorder.begin(sample())
        #expect(recorder.flush())
        #expect(await live.next()?.outcome == .open)
        recorder.end(ending(id))
        #expect(recorder.flush())
        let ended = await live.next()
        #expect(ended?.outcome == .complete)
        #expect(ended?.id == id.text)
        store.close()
        #expect(await live.next() == nil)
    }

    @Test func clientsAreRemembered() throws {
        let directory = try TemporaryDirectory()
        let store = try VisitStore.open(options(directory))
        let recorder = store.makeRecorder(stream: 0)
        for (index, client) in ["anna", "ben", "anna"].enumerated() {
            recorder.end(ending(recorder.begin(sample(at: someTime + Int64(index) * 1_000, client: client))))
            #expect(recorder.flush())
            #expect(eventually { store.status().stored == UInt64(index + 1) })
        }
        let seen = try store.recentClients()
        #expect(seen.map(\.client) == ["anna", "ben"])
        #expect(seen.first?.lastSeen.milliseconds == someTime + 2_000)
        #expect(seen.first?.firstSeen.milliseconds == someTime)
        #expect(seen.first?.address == "192.168.1.20")
        #expect(seen.first?.group == "kids")
    }

    @Test func strictVisitsWaitForTheDisk() async throws {
        let directory = try TemporaryDirectory()
        let store = try VisitStore.open(options(directory) { $0.durability = .strict })
        let recorder = store.makeRecorder(stream: 0)
        #expect(recorder.isStrict)
        _ = recorder.begin(sample())
        #expect(recorder.flush())
        #expect(await withCheckedContinuation { done in recorder.whenDurable { done.resume(returning: $0) } })
        store.close()
    }

    @Test func backupIsWholeWhileVisitsGoOn() throws {
        let directory = try TemporaryDirectory()
        let store = try VisitStore.open(options(directory))
        let recorder = store.makeRecorder(stream: 0)
        for number in 0..<2_000 { recorder.end(ending(recorder.begin(sample(number)))) }
        #expect(recorder.flush())
        #expect(eventually { store.status().stored == 2_000 })
        let target = try TemporaryDirectory()
        try store.backup(to: target.path + "/visits.sqlite")
        #expect(try VisitReader.open(target.path).number("SELECT COUNT(*) FROM v_visits") == 2_000)
        #expect(throws: VisitStoreError.self) { try store.backup(to: target.path + "/visits.sqlite") }
        store.close()
        #expect(throws: VisitStoreError.self) { try store.backup(to: target.path + "/later.sqlite") }
    }

    /// What a killed process left, and what was written a moment before, is in the copy.
    @Test func backupWaitsForWhatIsJournalled() throws {
        let directory = try TemporaryDirectory()
        let left: TemporaryDirectory
        do {
            let store = try VisitStore.open(options(directory) { $0.drainMilliseconds = 3_600_000 })
            let recorder = store.makeRecorder(stream: 0)
            for number in 0..<20_000 {
                recorder.end(ending(recorder.begin(sample(number))))
                if number % 100 == 99 { #expect(recorder.flush()) }
            }
            left = try directory.copy()
            store.close()
        }
        let store = try VisitStore.open(options(left) { $0.drainMilliseconds = 1_000 })
        let recorder = store.makeRecorder(stream: 0)
        for number in 0..<10 { recorder.end(ending(recorder.begin(sample(number)))) }
        #expect(recorder.flush())
        let target = try TemporaryDirectory()
        try store.backup(to: target.path + "/visits.sqlite")
        #expect(try VisitReader.open(target.path).number("SELECT COUNT(*) FROM v_visits") == 20_010)
        store.close()
    }

    @Test func queriesAreStoppedAtTheirDeadline() throws {
        let directory = try TemporaryDirectory()
        let store = try VisitStore.open(options(directory))
        let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n"
        #expect(throws: VisitStoreError.self) { try store.read(seconds: 0.1) { try Int64.fetchOne($0, sql: endless) } }
        #expect(try store.number("SELECT 5") == 5)
        #expect(throws: (any Error).self) { try store.read { try $0.execute(sql: "DELETE FROM visit") } }
    }
}
