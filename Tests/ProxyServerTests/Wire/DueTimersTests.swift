import Testing

@testable import ProxyServer

@Suite("Timers of a loop")
struct DueTimersTests {
    @Test("Come in order of their moments, cancelled ones never")
    func order() {
        var timers = DueTimers()
        var seen: [UInt64] = []
        var numbers: [UInt64: UInt64] = [:]
        for step in 0..<500 as Range<UInt64> {
            let moment = step &* 7_919 % 1_000
            numbers[step] = timers.add(at: moment) { seen.append(moment) }
        }
        for step in 0..<500 as Range<UInt64> where step % 5 != 0 { timers.cancel(numbers[step] ?? 0) }
        while let task = timers.popDue(at: 600) { task() }
        let expected = (0..<500 as Range<UInt64>).filter { $0 % 5 == 0 }.map { $0 &* 7_919 % 1_000 }.filter { $0 <= 600 }.sorted()
        #expect(seen == expected)
        #expect(timers.next.map { $0 > 600 } ?? true)
    }
}
