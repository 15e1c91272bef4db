import PatternMatching
import Synchronization
import Testing

@testable import AdminWeb

@Suite struct SitePlacesTests {
    private let places: SitePlaces
    /// Who had to give way, in order.
    private let gone = Gone()

    init() { places = SitePlaces(most: 3) }

    private final class Gone: Sendable {
        let addresses = Mutex<[UInt32]>([])
    }

    private func enter(_ address: UInt32) -> UInt64? {
        places.enter(from: IPAddress(v4: address)) { [gone] in gone.addresses.withLock { $0.append(address) } }
    }

    private var whoGaveWay: [UInt32] { gone.addresses.withLock { $0 } }

    @Test func halfForOneAddress() {
        places.change(most: 6)
        let numbers = (0..<4).map { _ in enter(1) }
        #expect(numbers.map { $0 != nil } == [true, true, true, false])
        #expect(enter(2) != nil)
        if let first = numbers[0] { places.leave(first) }
        #expect(enter(1) != nil)
        #expect(enter(1) == nil)
        #expect(places.count == 4 && whoGaveWay.isEmpty)
    }

    /// Whoever has one IPv6 address has as many as a /64 holds: they count as one.
    @Test func halfForOneNetwork() {
        places.change(most: 6)
        func enter(_ high: UInt64, _ low: UInt64) -> UInt64? { places.enter(from: IPAddress(high: high, low: low)) {} }
        let numbers = (1...4).map { enter(0x2001_0db8_0000_0001, $0) }
        #expect(numbers.map { $0 != nil } == [true, true, true, false])
        #expect(enter(0x2001_0db8_0000_0002, 1) != nil)
        if let first = numbers[0] { places.leave(first) }
        #expect(enter(0x2001_0db8_0000_0001, 9) != nil)
        #expect(places.count == 4)
    }

    /// Whoever waits longest gives way; whoever is being answered never does.
    @Test func theLongestWaitingGivesWay() throws {
        let numbers = try (1...3).map { try #require(enter($0)) }
        // The first is being answered, the second waits anew.
        places.asks(numbers[0])
        places.asks(numbers[1])
        places.waits(numbers[1])
        let fourth = try #require(enter(4))
        #expect(whoGaveWay == [3])
        _ = try #require(enter(5))
        #expect(whoGaveWay == [3, 2])
        #expect(places.count == 3)
        // Those that gave way leave once more when they are closed.
        places.leave(numbers[1])
        places.leave(numbers[2])
        #expect(places.count == 3)
        places.asks(fourth)
        let sixth = try #require(enter(6))
        #expect(whoGaveWay == [3, 2, 5])
        places.asks(sixth)
        #expect(enter(7) == nil, "all are being answered")
        places.waits(fourth)
        #expect(enter(7) != nil)
        #expect(whoGaveWay == [3, 2, 5, 4])
    }

    @Test func fewerFromNowOn() {
        places.change(most: 10)
        for address in 1...5 { #expect(enter(UInt32(address)) != nil) }
        places.change(most: 2)
        #expect(places.count == 5)
        #expect(enter(9) != nil)
        #expect(places.count == 5 && whoGaveWay == [1], "one gave way for it")
    }
}
