import NIOConcurrencyHelpers
import PolicyCore
import Testing
import Visits

@testable import ProxyServer

@Suite("When a visit's beginning is safe")
struct RecordKeeperTests {
    private static let beginning = VisitBeginning(time: Instant(milliseconds: 0), client: "mia", address: nil, verdict: .allow)

    private func begin(_ keeper: inout RecordKeeper) -> RecordKeeper.Batch {
        let begun = keeper.begin(Self.beginning, now: { Instant(milliseconds: 0) })
        let batch = begun.batch
        let visit = begun.take()
        let id = visit.id
        visit.close(VisitEnd(id: id, status: 200, milliseconds: 0, outcome: .complete, lastMinute: 0))
        return batch
    }

    @Test("One flush serves all that began before it, and none that began after")
    func batches() {
        let records = MemoryRecords()
        var keeper = RecordKeeper(recorder: records.recorder(0))
        func flush() -> Bool { keeper.flush() }
        let first = begin(&keeper)
        let second = begin(&keeper)
        #expect(!keeper.isSafe(first))
        #expect(flush())
        #expect(keeper.isSafe(first) && keeper.isSafe(second))
        let third = begin(&keeper)
        #expect(!keeper.isSafe(third))
        #expect(flush())
        #expect(keeper.isSafe(third))
    }

    @Test("A disk that refuses makes nothing safe; when it takes again, everything is")
    func refusal() {
        let records = MemoryRecords()
        var keeper = RecordKeeper(recorder: records.recorder(0))
        func flush() -> Bool { keeper.flush() }
        records.state.withLockedValue { $0.refusesFlush = true }
        let batch = begin(&keeper)
        #expect(!flush())
        #expect(!keeper.isSafe(batch))
        records.state.withLockedValue { $0.refusesFlush = false }
        #expect(flush())
        #expect(keeper.isSafe(batch))
    }

    @Test("Who waits for the open batch is told once, where it is written and where the disk refuses; who waits for another is not")
    func waiting() {
        let records = MemoryRecords()
        var keeper = RecordKeeper(recorder: records.recorder(0))
        func flush() -> Bool { keeper.flush() }
        var told: [Int] = []
        let first = begin(&keeper)
        #expect(!keeper.hasWaiting)
        keeper.wait(for: first) { told.append($0 ? 1 : -1) }
        #expect(keeper.hasWaiting)
        records.state.withLockedValue { $0.refusesFlush = true }
        #expect(!flush())
        for done in keeper.refused() { done(false) }
        #expect(told == [-1])
        #expect(!keeper.hasWaiting)
        records.state.withLockedValue { $0.refusesFlush = false }
        let second = begin(&keeper)
        keeper.wait(for: second) { told.append($0 ? 2 : -2) }
        #expect(flush())
        #expect(!keeper.hasWaiting)
        for done in keeper.refused() { done(false) }
        for done in keeper.synced(upTo: keeper.lastFlushed, worked: true) { done(true) }
        #expect(told == [-1, 2])
    }

    @Test("Strict: written is not yet safe; those who wait are told in turn")
    func strict() {
        let records = MemoryRecords(isStrict: true)
        var keeper = RecordKeeper(recorder: records.recorder(0))
        func flush() -> Bool { keeper.flush() }
        let first = begin(&keeper)
        #expect(flush())
        #expect(!keeper.isSafe(first))
        let second = begin(&keeper)
        #expect(flush())
        var told: [Int] = []
        keeper.wait(for: first) { told.append($0 ? 1 : -1) }
        keeper.wait(for: second) { told.append($0 ? 2 : -2) }
        for done in keeper.synced(upTo: first, worked: true) { done(true) }
        #expect(told == [1])
        #expect(keeper.isSafe(first) && !keeper.isSafe(second))
        for done in keeper.synced(upTo: second, worked: false) { done(false) }
        #expect(told == [1, -2])
        #expect(!keeper.isSafe(second))
    }
}

@Suite("Registers of a loop")
struct RegisterTests {
    private final class Item: Registered { var place = -1 }

    @Test("Leaving in any order keeps the others")
    func order() {
        var register = Register<Item>()
        let items = (0..<6).map { _ in Item() }
        for item in items { register.insert(item) }
        register.insert(items[0])
        #expect(register.count == 6)
        for index in [2, 5, 0, 0, 3, 1, 4] {
            register.remove(items[index])
            #expect(items[index].place == -1)
            for (place, item) in register.elements.enumerated() { #expect(item.place == place) }
        }
        #expect(register.count == 0)
    }
}
