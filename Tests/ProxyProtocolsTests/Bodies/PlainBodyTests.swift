import Testing

@testable import ProxyProtocols

/// Bodies with a length, until close, and none.
@Suite struct PlainBodyTests {
    @Test func endsAtItsLength() {
        #expect(readBody("hello GET", .length(5)) == BodyGist(sent: "hello", payload: 5, end: 5))
        #expect(readBody("hel", .length(5)) == BodyGist(sent: "hel", payload: 3))
        #expect(readBody("hello", .length(5)) == BodyGist(sent: "hello", payload: 5, end: 5))
        #expect(readBody("x", .length(UInt64(Int64.max))) == BodyGist(sent: "x", payload: 1))
    }

    @Test func noBodyTakesNothing() {
        #expect(readBody("GET", .none) == BodyGist(end: 0))
        #expect(readBody("GET", .length(0)) == BodyGist(end: 0))
    }

    @Test func untilCloseEndsWithTheConnection() {
        #expect(readBody("hello", .untilClose, side: .response) == BodyGist(sent: "hello", payload: 5))
        let reader = BodyReader(.untilClose, side: .response)
        #expect(reader.peerClosed())
        let cut = BodyReader(.length(5), side: .response)
        #expect(!cut.peerClosed())
    }

    @Test func staysWithinItsInput() {
        var reader = BodyReader(.length(5), side: .request)
        for start in [-1, 3, 4, Int.max] {
            var position = start
            let step = latin("abc").withUnsafeBytes { reader.read($0, from: &position) }
            #expect(step == .more)
        }
    }
}
