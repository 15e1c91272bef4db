import Testing

@testable import PolicyStore

@Suite struct CheckPlacesTests {
    @Test func eachClientHasItsShare() {
        let places = CheckPlaces(share: 4)
        #expect((0..<5).map { _ in places.enter("a") } == [true, true, true, true, false])
        #expect(places.enter("b"))
        places.leave("a")
        #expect(places.enter("a"))
        #expect(!places.enter("a"))
    }

    @Test func thereIsAnEndForAll() {
        let places = CheckPlaces(share: 4)
        #expect((0..<40).count { places.enter("\($0)") } == CheckPlaces.most)
        places.leave("7")
        #expect(places.enter(nil))
        #expect(!places.enter(nil))
    }
}
