import Foundation
import GRDB
import PolicyCore
import Synchronization
import Testing
import Visits

@testable import VisitStore

@Suite struct UpkeepTests {
    private static let day: Int64 = 86_400_000

    /// Visits on each of the last ten days, the newest an hour ago.
    private func tenDays(_ directory: TemporaryDirectory) throws {
        let store = try VisitStore.open(options(directory))
        let recorder = store.makeRecorder(stream: 0)
        for number in 0..<3_000 {
            let time = someTime - 3_600_000 - Int64(number % 10) * Self.day
            recorder.end(ending(recorder.begin(sample(number, at: time)), at: time + 120_000))
        }
        #expect(recorder.flush())
        store.close()
    }

    @Test func oldRowsGoByTableAndTheRestStays() throws {
        let directory = try TemporaryDirectory()
        try tenDays(directory)
        let keep = VisitStoreOptions.Keep(rawDays: 3, hourlyDays: 5, dailyDays: 7)
        let store = try VisitStore.open(
            options(directory) {
                $0.keep = keep
                $0.clock = { someTime }
            })
        #expect(eventually { store.status().stored == 900 })
        #expect(try eventually { try store.number("SELECT COUNT(DISTINCT day) FROM v_day_client_site") == 8 })
        #expect(try store.number("SELECT COUNT(*) FROM v_visits") == 900)
        #expect(try store.number("SELECT COUNT(*) FROM activity") == 900)
        #expect(try eventually { try store.number("SELECT COUNT(*) FROM v_hour_totals") == 5 })
        #expect(try store.number("SELECT SUM(visits) FROM v_hour_client") == 1_500)
        store.close()
        // A rebuild leaves the days alone that its visits do not cover.
        try VisitStore.open(
            options(directory) {
                $0.keep = keep
                $0.clock = { someTime }
                $0.zone = ReportingZone(name: "Other") { _ in 3_600 }
            }
        ).close()
        let reader = try VisitReader.open(directory.path)
        #expect(try reader.number("SELECT SUM(visits) FROM v_day_client_site") == 2_400)
    }

    @Test func everythingIsKeptForGoodWhereAskedFor() throws {
        let directory = try TemporaryDirectory()
        try tenDays(directory)
        let store = try VisitStore.open(
            options(directory) {
                $0.keep = VisitStoreOptions.Keep(rawDays: nil, hourlyDays: nil, dailyDays: nil)
                $0.clock = { someTime + 4_000 * Self.day }
            })
        usleep(100_000)
        #expect(store.status().stored == 3_000)
        store.close()
    }

    @Test(arguments: [true, false]) func damagedDatabaseIsSetAside(_ isHeadDamaged: Bool) throws {
        let directory = try TemporaryDirectory()
        try tenDays(directory)
        let path = directory.path + "/visits.sqlite"
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        let damaged = isHeadDamaged ? 0..<100 : 4_096..<bytes.count
        bytes.replaceSubrange(damaged, with: Data(repeating: 0x5a, count: damaged.count))
        try bytes.write(to: URL(fileURLWithPath: path))
        let store = try VisitStore.open(options(directory))
        let recorder = store.makeRecorder(stream: 0)
        recorder.end(ending(recorder.begin(sample())))
        #expect(recorder.flush())
        #expect(recorder.isRecording)
        #expect(eventually { store.status().stored == 1 })
        let aside = try #require(store.status().setAside)
        #expect(try Data(contentsOf: URL(fileURLWithPath: aside)) == bytes)
        #expect(try store.all().count == 1)
        let coverage = try store.coverage(from: nil, to: nil)
        #expect(coverage.gaps.map(\.cause) == ["set-aside"])
        #expect(coverage.gaps.map(\.missing) == [nil])
        store.close()
        // The next start still tells of it.
        let next = try VisitStore.open(options(directory))
        #expect(next.status().setAside == aside)
        next.close()
    }

    @Test func damageWhileRunningIsSurvived() throws {
        let directory = try TemporaryDirectory()
        try tenDays(directory)
        let store = try VisitStore.open(options(directory))
        let recorder = store.makeRecorder(stream: 0)
        let handle = try #require(FileHandle(forWritingAtPath: directory.path + "/visits.sqlite"))
        try handle.seek(toOffset: 4_096)
        try handle.write(contentsOf: Data(repeating: 0x5a, count: 400_000))
        try handle.close()
        let isSetAside = eventually(20) {
            recorder.end(ending(recorder.begin(sample())))
            #expect(recorder.flush())
            usleep(20_000)
            return store.status().setAside != nil
        }
        #expect(isSetAside)
        recorder.end(ending(recorder.begin(sample(77))))
        #expect(recorder.flush())
        #expect(try eventually { try store.all(includingJournal: false).contains { $0.path == "/page/77" } })
        store.close()
    }

    @Test func newerDatabaseIsRefusedPolitely() throws {
        let directory = try TemporaryDirectory()
        try tenDays(directory)
        try DatabaseQueue(path: directory.path + "/visits.sqlite").write {
            try $0.execute(sql: "INSERT INTO grdb_migrations (identifier) VALUES ('visits-999')")
        }
        #expect(throws: VisitStoreError.self) { try VisitStore.open(options(directory)) }
        #expect(directory.files.filter { $0.contains("damaged") } == [])
    }

    @Test func unusableDirectoryIsNamed() throws {
        let directory = try TemporaryDirectory()
        let file = directory.path + "/file"
        #expect(FileManager.default.createFile(atPath: file, contents: nil))
        #expect {
            try VisitStore.open(VisitStoreOptions(directory: file))
        } throws: {
            "\($0)".contains(file)
        }
    }
}
