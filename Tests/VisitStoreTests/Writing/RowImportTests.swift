import Foundation
import GRDB
import PolicyCore
import Testing
import Visits

@testable import VisitStore

/// A backup's rows come over; nothing else of it does.
@Suite struct RowImportTests {
    private static func recorded(_ directory: TemporaryDirectory, count: Int) throws {
        let store = try VisitStore.open(options(directory))
        let recorder = store.makeRecorder(stream: 0)
        for number in 0..<count {
            recorder.end(ending(recorder.begin(sample(number, at: someTime + Int64(number) * 1_000))))
        }
        #expect(recorder.flush())
        store.close()
    }

    private static func file(_ directory: TemporaryDirectory) -> String { directory.path + "/visits.sqlite" }

    @Test func everyRowAndRollUpComesOver() throws {
        let (from, to) = (try TemporaryDirectory(), try TemporaryDirectory())
        try Self.recorded(from, count: 30)
        try VisitStore.restore(Self.file(from), into: to.path)
        let store = try VisitStore.open(options(to))
        #expect(try store.all().map(\.id) == (try VisitReader.open(from.path).all().map(\.id)))
        #expect(try store.number("SELECT SUM(visits) FROM v_hour_totals") == 30)
        #expect(store.status().stored == 30)
        // It goes on recording.
        let recorder = store.makeRecorder(stream: 0)
        recorder.end(ending(recorder.begin(sample(99))))
        #expect(recorder.flush())
        #expect(eventually { store.status().stored == 31 })
        store.close()
    }

    @Test func whatWasRecordedSinceIsMissing() throws {
        let (from, to) = (try TemporaryDirectory(), try TemporaryDirectory())
        try Self.recorded(from, count: 30)
        try VisitStore.restore(Self.file(from), into: to.path)
        let taken = Instant(milliseconds: someTime + 20_000)
        try VisitStore.noteLost(in: to.path, recordedIn: from.path, since: taken, now: taken)
        let coverage = try VisitReader.open(to.path).coverage(from: nil, to: nil)
        #expect(coverage.missing == 10 && coverage.gaps.map(\.cause) == ["restored"])
        // Nothing since: nothing is missing.
        let fresh = try TemporaryDirectory()
        try VisitStore.restore(Self.file(from), into: fresh.path)
        try VisitStore.noteLost(
            in: fresh.path, recordedIn: from.path, since: Instant(milliseconds: someTime + 60_000), now: taken)
        try VisitStore.noteLost(in: fresh.path, recordedIn: fresh.path + "/none", since: taken, now: taken)
        #expect(try VisitReader.open(fresh.path).coverage(from: nil, to: nil).isComplete)
        // What cannot be read: nobody knows how many.
        try Data("no database at all, but long enough to be read as one".utf8).write(to: URL(fileURLWithPath: Self.file(from)))
        try VisitStore.noteLost(in: fresh.path, recordedIn: from.path, since: taken, now: Instant(milliseconds: someTime + 90_000))
        let unknown = try VisitReader.open(fresh.path).coverage(from: nil, to: nil)
        #expect(unknown.gaps.count == 1 && unknown.gaps.first?.missing == nil)
    }

    @Test(arguments: [
        "CREATE TRIGGER t AFTER INSERT ON visit BEGIN DELETE FROM visit; END",
        "CREATE VIRTUAL TABLE v USING fts5(x)",
        "INSERT INTO grdb_migrations (identifier) VALUES ('visits-999')",
        "CREATE TABLE g (a, b GENERATED ALWAYS AS (a) VIRTUAL)",
        "DROP TABLE counter; CREATE TABLE counter (name, value); INSERT INTO counter VALUES ('stored', 'many')",
        "DROP TABLE term; CREATE TABLE term (id, kind, text); INSERT INTO term VALUES (1, 1, 'a'), (1, 1, 'b')",
        "UPDATE visit SET verdict = 1; PRAGMA writable_schema = ON; UPDATE sqlite_master SET rootpage = 2 WHERE name = 'site'",
    ])
    func whatNoWeirMakesIsRefused(_ sql: String) throws {
        let (from, to) = (try TemporaryDirectory(), try TemporaryDirectory())
        try Self.recorded(from, count: 3)
        var configuration = Configuration()
        configuration.prepareDatabase { try SQLFunctions.register(on: $0) }
        let queue = try DatabaseQueue(path: Self.file(from), configuration: configuration)
        try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
        try queue.close()
        #expect(throws: VisitStoreError.self) { try VisitStore.restore(Self.file(from), into: to.path) }
    }

    @Test func whatIsNoDatabaseIsRefused() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/backup"
        for bytes in [Data(), Data(repeating: 7, count: 9_000)] {
            try bytes.write(to: URL(fileURLWithPath: path))
            #expect(throws: (any Error).self) { try VisitStore.restore(path, into: try TemporaryDirectory().path) }
        }
    }
}
