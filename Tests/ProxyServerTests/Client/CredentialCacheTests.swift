import NIOCore
import Testing

@testable import ProxyServer

@Suite struct CredentialCacheTests {
    private let now = NIODeadline.uptimeNanoseconds(1_000_000_000_000)

    @Test func whatWasSaidIsKnownForAWhile() {
        var cache = CredentialCache()
        cache.remember(user: "ann", password: "right", isRight: true, generation: 1, at: now)
        cache.remember(user: "ann", password: "wrong", isRight: false, generation: 1, at: now)
        #expect(cache.answer(user: "ann", password: "right", generation: 1, at: now + .minutes(4)) == true)
        #expect(cache.answer(user: "ann", password: "right", generation: 1, at: now + .minutes(5)) == nil)
        #expect(cache.answer(user: "ann", password: "wrong", generation: 1, at: now + .seconds(4)) == false)
        #expect(cache.answer(user: "ann", password: "wrong", generation: 1, at: now + .seconds(5)) == nil)
        #expect(cache.answer(user: "ben", password: "right", generation: 1, at: now) == nil)
    }

    @Test func nothingIsKnownOnceAnAccountHasChanged() {
        var cache = CredentialCache()
        cache.remember(user: "ann", password: "right", isRight: true, generation: 1, at: now)
        #expect(cache.answer(user: "ann", password: "right", generation: 2, at: now) == nil)
        // Asked before the change, answered after it.
        cache.remember(user: "ann", password: "right", isRight: true, generation: 1, at: now)
        #expect(cache.answer(user: "ann", password: "right", generation: 2, at: now) == nil)
    }
}
