import Testing

@testable import ProxyServer

@Suite("What waits for a moment")
struct DueHeapTests {
    private final class Waiter: Awaiting {
        var duePlace = -1
        let number: Int
        init(_ number: Int) { self.number = number }
    }

    @Test("Whatever is put in, moved and taken out, what is due comes in order", arguments: 1...20)
    func order(seed: Int) {
        var random = Linear(state: UInt64(seed) &* 0x9e37_79b9_7f4a_7c15)
        let waiters = (0..<200).map(Waiter.init)
        var heap = DueHeap<Waiter>()
        var expected: [Int: Int64] = [:]
        for _ in 0..<2_000 {
            let waiter = waiters[Int.random(in: 0..<200, using: &random)]
            if Bool.random(using: &random) {
                let due = Int64.random(in: 0..<100, using: &random)
                heap.set(waiter, due: due)
                expected[waiter.number] = due
            } else {
                heap.remove(waiter)
                expected[waiter.number] = nil
            }
            #expect(heap.count == expected.count)
            #expect(heap.earliest == expected.values.min())
        }
        for waiter in waiters { #expect(heap.due(of: waiter) == expected[waiter.number]) }
        #expect(heap.popDue(at: -1) == nil)
        var last = Int64.min
        while let waiter = heap.popDue(at: 50) {
            let due = expected.removeValue(forKey: waiter.number)
            #expect((due ?? .max) <= 50 && (due ?? .min) >= last)
            #expect(waiter.duePlace == -1)
            last = due ?? last
        }
        #expect(expected.values.allSatisfy { $0 > 50 })
        #expect(heap.count == expected.count)
    }

    /// Numbers that are the same in every run.
    private struct Linear: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }
    }
}
