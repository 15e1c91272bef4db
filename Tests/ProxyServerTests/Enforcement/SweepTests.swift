import Testing

@testable import ProxyServer

@Suite("A sweep over what runs")
struct SweepTests {
    @Test("Visits every place once, from the end")
    func once() {
        var sweep = Sweep()
        #expect(sweep.next(count: 3) == nil)
        sweep.begin(count: 3)
        #expect(sweep.isUnderWay)
        #expect((0..<4).map { _ in sweep.next(count: 3) } == [2, 1, 0, nil])
        #expect(!sweep.isUnderWay)
    }

    @Test("Leaves out what left meanwhile")
    func shrinking() {
        var sweep = Sweep()
        sweep.begin(count: 5)
        #expect(sweep.next(count: 5) == 4)
        #expect(sweep.next(count: 2) == 1)
        #expect(sweep.next(count: 0) == nil)
    }

    @Test("Asked for again while under way, it ends first and then begins anew")
    func again() {
        var sweep = Sweep()
        sweep.begin(count: 2)
        #expect(sweep.next(count: 2) == 1)
        sweep.begin(count: 2)
        #expect((0..<4).map { _ in sweep.next(count: 2) } == [0, 1, 0, nil])
        sweep.begin(count: 1)
        sweep.begin(count: 1)
        #expect((0..<3).map { _ in sweep.next(count: 1) } == [0, 0, nil])
    }
}
