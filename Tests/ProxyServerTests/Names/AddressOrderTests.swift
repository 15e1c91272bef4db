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
}
