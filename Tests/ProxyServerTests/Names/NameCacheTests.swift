import NIOCore
import PatternMatching
import Testing

@testable import ProxyServer

@Suite struct NameCacheTests {
    private let answer = NameCache.Answer.success([ResolvedAddress(IPAddress(v4: 1))])
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)

    @Test func endsWithItsTime() {
        var cache = NameCache(capacity: 10)
        cache.remember("a", answer, seconds: 5, at: start)
        cache.remember("b", answer, seconds: 0, at: start)
        cache.remember("c", answer, seconds: 1_000_000, at: start)
        #expect(cache.answer("a", at: start + .seconds(4)) != nil)
        #expect(cache.answer("a", at: start + .seconds(5)) == nil)
        #expect(cache.answer("b", at: start) == nil)
        #expect(cache.answer("c", at: start + .seconds(3599)) != nil)
        #expect(cache.answer("c", at: start + .seconds(3600)) == nil, "an hour is the most")
    }

    @Test func isBounded() {
        var cache = NameCache(capacity: 100)
        for n in 0..<10_000 { cache.remember("n\(n)", answer, seconds: 60, at: start) }
        #expect(cache.count <= 100)
        #expect(cache.answer("n9999", at: start) != nil)
        #expect(cache.answer("n0", at: start) == nil)
        for _ in 0..<10_000 { cache.remember("same", answer, seconds: 60, at: start) }
        #expect(cache.answer("same", at: start) != nil)
        #expect(cache.count <= 100)
    }
}
