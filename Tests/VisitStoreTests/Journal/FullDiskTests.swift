import Foundation
import PolicyCore
import Testing
import Visits

@testable import VisitStore

@Suite struct FullDiskTests {
    /// Records until the disk refuses.
    private func fill(_ recorder: any VisitRecorder, most: Int = 20_000) -> Int {
        for number in 0..<most {
            recorder.end(ending(recorder.begin(sample(number))))
            if !recorder.flush() { return number }
        }
        return most
    }

    @Test(arguments: [0, 777])
    func recordOrBlockStopsAndRecovers(_ bytesLeft: Int) throws {
        let directory = try TemporaryDirectory()
        let flaky = FlakyDisk()
        let store = try VisitStore.open(options(directory) { $0.disk = flaky.disk })
        let recorder = store.makeRecorder(stream: 0)
        #expect(recorder.flush())
        let before = recorder.begin(sample())
        #expect(recorder.flush())
        flaky.fill()
        if bytesLeft > 0 { flaky.leave(bytesLeft) }
        let written = fill(recorder)
        #expect(written < 20_000)
        #expect(!recorder.isRecording)
        #expect(store.status().recording == .stopped)
        #expect(store.status().error?.contains("No space left") == true)
        recorder.countRefused()
        #expect(store.status().refused == 1)
        // What ran goes on to be told, and waits.
        recorder.end(ending(before))
        #expect(!recorder.flush())
        flaky.free()
        #expect(eventually(5) { recorder.isRecording })
        #expect(recorder.flush())
        #expect(store.status().recording == .ok)
        #expect(store.status().error == nil)
        store.close()
        let reader = try VisitReader.open(directory.path)
        let rows = try reader.all(includingJournal: false)
        #expect(rows.count == written + 2)
        #expect(rows.allSatisfy { $0.outcome == .complete })
        #expect(try reader.coverage(from: nil, to: nil).isComplete)
    }

    @Test func serveAndCountGoesOnAndCounts() throws {
        let directory = try TemporaryDirectory()
        let flaky = FlakyDisk()
        let store = try VisitStore.open(
            options(directory) {
                $0.disk = flaky.disk
                $0.whenFull = .serveAndCount
            })
        let recorder = store.makeRecorder(stream: 0)
        let running = recorder.begin(sample(1))
        #expect(recorder.flush())
        flaky.fill()
        flaky.leave(10_000)
        #expect(fill(recorder, most: 1_000) == 1_000)
        #expect(recorder.isRecording)
        #expect(store.status().recording == .stopped)
        let lost = store.status().missing
        #expect(lost > 900)
        recorder.end(ending(running))
        #expect(recorder.flush())
        flaky.free()
        #expect(eventually(5) { store.status().recording == .ok })
        recorder.end(ending(recorder.begin(sample(2, at: someTime + 5_000))))
        #expect(recorder.flush())
        #expect(eventually { store.status().missing == lost && store.status().journal == 0 })
        store.close()
        let reader = try VisitReader.open(directory.path)
        let coverage = try reader.coverage(from: nil, to: nil)
        #expect(coverage.missing == lost)
        #expect(coverage.gaps.map(\.cause) == ["unwritten"])
        let rows = try reader.all(includingJournal: false)
        #expect(rows.count == 1_002 - Int(lost))
        #expect(rows.allSatisfy { $0.outcome == .complete })
    }

    @Test func visitsLostAtTheVeryEndAreCountedToo() throws {
        let directory = try TemporaryDirectory()
        let flaky = FlakyDisk()
        let store = try VisitStore.open(
            options(directory) {
                $0.disk = flaky.disk
                $0.whenFull = .serveAndCount
            })
        let recorder = store.makeRecorder(stream: 0)
        recorder.end(ending(recorder.begin(sample(1))))
        #expect(recorder.flush())
        flaky.leave(0)
        recorder.end(ending(recorder.begin(sample(2))))
        #expect(recorder.flush())
        #expect(store.status().missing == 1)
        flaky.free()
        #expect(eventually(5) { store.status().recording == .ok })
        store.close()
        #expect(try VisitReader.open(directory.path).coverage(from: nil, to: nil).missing == 1)
    }

    @Test(.enabled(if: SmallDisk.isAllowed, "mounting is not allowed here")) func realFullDiskStopsAndRecovers() throws {
        let mount = try TemporaryDirectory()
        #expect(SmallDisk.mount(at: mount.path))
        defer { SmallDisk.unmount(mount.path) }
        let store = try VisitStore.open(options(mount) { $0.segmentBytes = 256 << 10 })
        let recorder = store.makeRecorder(stream: 0)
        recorder.end(ending(recorder.begin(sample())))
        #expect(recorder.flush())
        #expect(eventually { store.status().stored == 1 })
        let ballast = mount.path + "/ballast"
        #expect(FileManager.default.createFile(atPath: ballast, contents: nil))
        let handle = try #require(FileHandle(forWritingAtPath: ballast))
        while (try? handle.write(contentsOf: Data(repeating: 1, count: 4_096))) != nil {}
        try handle.close()
        let written = fill(recorder)
        #expect(written < 20_000)
        #expect(!recorder.isRecording)
        try FileManager.default.removeItem(atPath: ballast)
        #expect(eventually(5) { recorder.isRecording })
        #expect(eventually { store.status().stored == UInt64(written + 2) })
        store.close()
    }
}
