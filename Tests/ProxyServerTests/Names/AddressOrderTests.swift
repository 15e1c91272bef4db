import PatternMatching
import Testing

@testable import ProxyServer

@Suite struct AddressOrderTests {
    @Test(arguments: [
        (["::1", "::2", "::3", "1.1.1.1", "2.2.2.2"], ["::1", "1.1.1.1", "::2", "2.2.2.2", "::3"]),
        (["1.1.1.1", "2.2.2.2", "::1"], ["1.1.1.1", "::1", "2.2.2.2"]), (["1.1.1.1", "2.2.2.2"], ["1.1.1.1", "2.2.2.2"]), ([], []),
    ]) func familiesAlternate(given: [String], tried: [String]) {
        let addresses = given.compactMap { IPAddress($0) }.map(ResolvedAddress.init)
        #expect(AddressOrder.interleaved(addresses).map(\.address.description) == tried)
    }

    /// An address of the machine itself is reached wherever there is IPv6 at all; one of no network never.
    @Test func theFamilyThatIsReachedComesFirst() {
        let four = [ResolvedAddress(IPAddress(v4: 0x7f00_0001))]
        let own = [ResolvedAddress(IPAddress(high: 0, low: 1))]
        let nowhere = [ResolvedAddress(IPAddress(high: 0xff00_0000_0000_0000, low: 1))]
        #expect([own + four, four + own].contains(AddressOrder.preferred(v4: four, v6: own)))
        #expect(AddressOrder.preferred(v4: four, v6: nowhere) == four + nowhere)
        #expect(AddressOrder.preferred(v4: [], v6: own) == own)
        #expect(AddressOrder.preferred(v4: four, v6: []) == four)
    }
}
