import Foundation
import GRDB
import PolicyCore
import Testing
import Visits

@testable import VisitStore

/// One process opens a data directory while another still ends what it began there.
@Suite struct HandOverTests {
    @Test func predecessorsVisitsEndInTheSuccessorsDatabase() throws {
        let directory = try TemporaryDirectory()
        let old = try VisitStore.open(options(directory))
        let recorder = old.makeRecorder(stream: 0)
        let early = recorder.begin(sample(1))
        let late = recorder.begin(sample(2))
        let cut = recorder.begin(sample(3))
        recorder.end(ending(early))
        #expect(recorder.flush())
        try old.handOver()

        let new = try VisitStore.open(options(directory))
        let successor = new.makeRecorder(stream: 0)
        successor.end(ending(successor.begin(sample(4))))
        #expect(successor.flush())
        // The predecessor goes on: ends, and beginnings of its own, enough for further segments.
        var running = cut
        for number in 100..<1_000 {
            let id = recorder.begin(sample(number))
            if number < 999 { recorder.end(ending(id)) } else { running = id }
            if number % 50 == 0 { #expect(recorder.flush()) }
        }
        recorder.end(ending(late, down: 77))
        #expect(recorder.flush())
        #expect(eventually { new.status().stored == 4 })
        usleep(50_000)
        #expect(try new.number("SELECT COUNT(*) FROM v_visits WHERE outcome = 'interrupted'") == 0)
        #expect(try new.number("SELECT COUNT(*) FROM v_visits WHERE outcome = 'open'") == 2)
        #expect(try new.all().count == 904, "a reader sees the predecessor's journal too")

        recorder.end(ending(running))
        old.close()
        #expect(try eventually { try new.number("SELECT COUNT(*) FROM v_visits") == 904 })
        #expect(try eventually { try new.number("SELECT COUNT(*) FROM v_visits WHERE outcome = 'interrupted'") == 1 })
        #expect(try new.number("SELECT COUNT(*) FROM v_visits WHERE outcome = 'complete'") == 903)
        #expect(try new.number("SELECT COUNT(DISTINCT path) FROM v_visits") == 904)
        #expect(try new.number("SELECT SUM(visits) FROM v_hour_totals") == 904)
        #expect(try new.coverage(from: nil, to: nil).isComplete)
        #expect(new.status().missing == 0)
        new.close()
        #expect(directory.segments == [])
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path + "/journal").filter { $0.hasSuffix(".living") } == [])
    }

    @Test func predecessorThatNeverCloses() throws {
        let directory = try TemporaryDirectory()
        let recorder: any VisitRecorder
        let mark: String
        do {
            let old = try VisitStore.open(options(directory))
            recorder = old.makeRecorder(stream: 3)
            _ = recorder.begin(sample(1))
            #expect(recorder.flush())
            try old.handOver()
            mark = try #require(
                try FileManager.default.contentsOfDirectory(atPath: directory.path + "/journal").first { $0.hasSuffix(".living") })
            _ = recorder.begin(sample(2))
            #expect(recorder.flush())
            let new = try VisitStore.open(options(directory))
            #expect(try new.all().map(\.outcome) == [.open, .open])
            // As a killed process leaves it: the file is there, its lock is not.
            let path = directory.path + "/journal/" + mark
            try FileManager.default.removeItem(atPath: path)
            _ = FileManager.default.createFile(atPath: path, contents: nil)
            #expect(try eventually { try new.number("SELECT COUNT(*) FROM v_visits WHERE outcome = 'interrupted'") == 2 })
            new.close()
            withExtendedLifetime(old) {}
        }
        let third = try VisitStore.open(options(directory))
        #expect(try third.all().map(\.outcome) == [.interrupted, .interrupted])
        third.close()
        #expect(directory.segments == [])
    }

    @Test func storeIsHandedOverOnceAndClosedOnce() throws {
        let directory = try TemporaryDirectory()
        let store = try VisitStore.open(options(directory))
        let recorder = store.makeRecorder(stream: 0)
        recorder.end(ending(recorder.begin(sample())))
        #expect(recorder.flush())
        try store.handOver()
        #expect(throws: VisitStoreError.self) { try store.handOver() }
        store.close()
        store.close()
        let next = try VisitStore.open(options(directory))
        #expect(next.status().stored == 1)
        next.close()
        try next.handOver()
        #expect(try VisitReader.open(directory.path).all().count == 1)
    }
}
