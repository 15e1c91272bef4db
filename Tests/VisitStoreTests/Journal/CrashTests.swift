import Foundation
import PolicyCore
import Testing
import Visits

@testable import VisitStore

/// What is left when the process dies at any moment: files copied while they are written, then opened by another store.
@Suite struct CrashTests {
    /// Opens what is left and waits until all of it is stored.
    private func replayed(_ directory: TemporaryDirectory) throws -> [VisitRow] {
        let store = try VisitStore.open(options(directory))
        store.close()
        return try VisitReader.open(directory.path).all(includingJournal: false)
    }

    @Test func everythingFlushedIsThereOnceAfterAKill() throws {
        let directory = try TemporaryDirectory()
        let store = try VisitStore.open(options(directory) { $0.drainMilliseconds = 2 })
        let recorder = store.makeRecorder(stream: 0)
        var sequence = 0
        for _ in 0..<12 {
            for _ in 0..<Int.random(in: 1...400) {
                sequence += 1
                let id = recorder.begin(sample(sequence, at: someTime + Int64(sequence)))
                if sequence % 3 != 0 { recorder.end(ending(id)) }
            }
            #expect(recorder.flush())
            usleep(UInt32.random(in: 0...4_000))
            // Not a snapshot of one moment: database, WAL and journal are copied one after the other while they change, journal last.
            let left = try quietCopy(directory)
            let rows = try replayed(left)
            #expect(rows.count == sequence)
            #expect(Set(rows.map(\.path)).count == sequence)
            #expect(rows.allSatisfy { $0.outcome == .complete || $0.outcome == .interrupted })
            #expect(rows.filter { $0.outcome == .interrupted }.count == sequence / 3)
            #expect(left.segments == [])
            #expect(try VisitReader.open(left.path).number("SELECT SUM(visits) FROM v_hour_totals") == Int64(sequence))
            #expect(try VisitReader.open(left.path).coverage(from: nil, to: nil).isComplete)
        }
        store.close()
        #expect(try VisitReader.open(directory.path).number("SELECT COUNT(*) FROM v_visits") == Int64(sequence))
    }

    /// Copies until no file changed meanwhile: what a kill leaves is one moment's state of the page cache.
    private func quietCopy(_ directory: TemporaryDirectory) throws -> TemporaryDirectory {
        func state() -> [String] {
            (directory.files + directory.segments.map { "journal/" + $0 }).map { file in
                let attributes = try? FileManager.default.attributesOfItem(atPath: directory.path + "/" + file)
                return "\(file) \(attributes?[.modificationDate] ?? "") \(attributes?[.size] ?? "")"
            }
        }
        while true {
            let before = state()
            if let copy = try? directory.copy(), state() == before { return copy }
            usleep(500)
        }
    }

    @Test func everyPrefixOfASegmentReplays() throws {
        let directory = try TemporaryDirectory()
        let store = try VisitStore.open(options(directory) { $0.drainMilliseconds = 600_000 })
        let recorder = store.makeRecorder(stream: 0)
        var ends: [Int] = []
        var encoder = JournalEncoder()
        for number in 1...8 {
            let id = recorder.begin(sample(number))
            recorder.end(ending(id))
            encoder.append(sample(number), sequence: UInt64(number))
            encoder.append(ending(VisitID(boot: id.boot, stream: 0, sequence: UInt64(number))))
            ends.append(SegmentHeader.size + encoder.bytes.count)
        }
        #expect(recorder.flush())
        let whole = try directory.copy()
        store.close()
        let segment = try #require(whole.segments.first)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: whole.path + "/journal/" + segment))
        let last = try #require(ends.last)
        for cut in stride(from: 0, through: last, by: 13) {
            let left = try TemporaryDirectory()
            try FileManager.default.createDirectory(atPath: left.path + "/journal", withIntermediateDirectories: true)
            var torn = Data(bytes.prefix(cut))
            if cut % 2 == 0 { torn.append(Data(repeating: 0, count: bytes.count - cut)) }
            try torn.write(to: URL(fileURLWithPath: left.path + "/journal/" + segment))
            let rows = try replayed(left)
            let whole = ends.filter { $0 <= cut }.count
            #expect(rows.filter { $0.outcome == .complete }.count == whole, "cut at \(cut)")
            #expect(rows.count <= whole + 1)
        }
    }

    @Test func replayIsSeenBesideNewVisits() throws {
        let directory = try TemporaryDirectory()
        let first = try VisitStore.open(options(directory) { $0.drainMilliseconds = 600_000 })
        let old = first.makeRecorder(stream: 0)
        for number in 0..<3_000 { old.end(ending(old.begin(sample(number)))) }
        #expect(old.flush())
        let left = try directory.copy()
        first.close()
        let second = try VisitStore.open(options(left))
        let recorder = second.makeRecorder(stream: 0)
        recorder.end(ending(recorder.begin(sample(9_999))))
        #expect(recorder.flush())
        #expect(eventually { second.status().stored == 3_001 && second.status().journal == 0 })
        #expect(try second.all().count == 3_001)
        second.close()
        #expect(left.segments == [])
    }

    @Test func readerWithoutAServerTakesWhatRanAsInterrupted() throws {
        let directory = try TemporaryDirectory()
        let store = try VisitStore.open(options(directory) { $0.drainMilliseconds = 600_000 })
        let recorder = store.makeRecorder(stream: 0)
        _ = recorder.begin(sample())
        #expect(recorder.flush())
        let left = try directory.copy()
        #expect(try VisitReader.open(left.path).all().map(\.outcome) == [.interrupted])
        #expect(try VisitReader.open(directory.path).all().map(\.outcome) == [.open])
        store.close()
    }

    @Test func tunnelKeepsItsMinutesAcrossAKill() throws {
        let directory = try TemporaryDirectory()
        let store = try VisitStore.open(options(directory))
        let recorder = store.makeRecorder(stream: 0)
        let id = recorder.begin(sample())
        #expect(recorder.flush())
        #expect(eventually { store.status().stored == 1 })
        let minute = someTime / 60_000
        for step in 1...30 { recorder.progress(VisitProgress(id: id, minute: minute + Int64(step), up: 0, down: UInt64(step) * 100)) }
        #expect(recorder.flush())
        let left = try quietCopy(directory)
        store.close()
        let rows = try replayed(left)
        #expect(rows.map(\.outcome) == [.interrupted])
        #expect(rows.map(\.down) == [3_000])
        #expect(rows.first?.milliseconds == 30 * 60_000)
        #expect(try VisitReader.open(left.path).number("SELECT active_minutes(hour, bits) FROM v_hour_client") == 31)
    }

    @Test func lostSegmentIsAGap() throws {
        let directory = try TemporaryDirectory()
        let store = try VisitStore.open(options(directory) { $0.drainMilliseconds = 600_000 })
        let recorder = store.makeRecorder(stream: 0)
        for number in 1...2_000 {
            recorder.end(ending(recorder.begin(sample(number, at: someTime + Int64(number)))))
            if number % 50 == 0 { #expect(recorder.flush()) }
        }
        let left = try directory.copy()
        store.close()
        let segments = left.segments.sorted { SegmentName(file: $0)?.number ?? 0 < SegmentName(file: $1)?.number ?? 0 }
        #expect(segments.count > 3)
        try FileManager.default.removeItem(atPath: left.path + "/journal/" + segments[1])
        let rows = try replayed(left)
        let coverage = try VisitReader.open(left.path).coverage(from: nil, to: nil)
        #expect(rows.count < 2_000)
        #expect(coverage.missing == UInt64(2_000 - rows.count))
        let gap = try #require(coverage.gaps.first)
        #expect(gap.from < gap.to)
        #expect(try VisitReader.open(left.path).coverage(from: nil, to: Instant(milliseconds: someTime)).isComplete)
    }

    @Test func damagedFrameLosesItsSegmentsRestAndSaysSo() throws {
        let directory = try TemporaryDirectory()
        let store = try VisitStore.open(options(directory) { $0.drainMilliseconds = 600_000 })
        let recorder = store.makeRecorder(stream: 0)
        for number in 1...1_000 {
            recorder.end(ending(recorder.begin(sample(number, at: someTime + Int64(number)))))
            if number % 50 == 0 { #expect(recorder.flush()) }
        }
        let left = try directory.copy()
        store.close()
        let path = left.path + "/journal/" + (try #require(left.segments.first { SegmentName(file: $0)?.number == 1 }))
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        bytes[20_000] ^= 0xff
        try bytes.write(to: URL(fileURLWithPath: path))
        let rows = try replayed(left)
        let coverage = try VisitReader.open(left.path).coverage(from: nil, to: nil)
        #expect(coverage.missing == UInt64(1_000 - rows.count))
        #expect(coverage.gaps.map(\.cause) == ["journal"])
    }
}
