import PolicyCore
import Testing

@testable import ProxyServer

@Suite struct FormTokenTests {
    private let token = FormToken(
        action: .ask, client: "mia-laptop", url: "http://shop.example/a?b", method: "GET", site: "shop.example",
        rule: "groups.kids.rules[4]",
        category: "shopping", expires: Instant(milliseconds: 1_788_000_000_123), isInPlace: true)

    @Test func comesBackAsItWas() {
        #expect(FormToken(token.bytes) == token)
        var other = token
        other.category = nil
        other.isInPlace = false
        other.action = .proceed
        other.client = "日本 " + String(repeating: "x", count: 10_000)
        other.expires = Instant(milliseconds: -5)
        #expect(FormToken(other.bytes) == other)
    }

    @Test func nothingElseIsOne() {
        let bytes = token.bytes
        for count in 0..<bytes.count { #expect(FormToken(Array(bytes[..<count])) == nil) }
        #expect(FormToken(bytes + [0]) == nil)
        #expect(FormToken(bytes + [0, 0]) == nil)
        for (index, value) in [(0, 9), (1, 9), (11, 255), (12, 255)] as [(Int, UInt8)] {
            var broken = bytes
            broken[index] = value
            #expect(FormToken(broken) == nil)
        }
        for seed in 0..<2000 {
            var generator = seed &* 0x9e37_79b9 | 1
            let noise = (0..<(seed % 60)).map { _ in
                generator = generator &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return UInt8(truncatingIfNeeded: generator >> 33)
            }
            #expect(FormToken(noise) == nil)
        }
    }

    @Test func formFields() {
        let form = FormFields(Array("token=a%2Bb+c&note=%E2%82%AC%zz%4&empty=&token=second&=x&flag".utf8))
        #expect(form["token"] == "a+b c")
        #expect(form["note"] == "€%zz%4")
        #expect(form["empty"] == "")
        #expect(form["flag"] == "")
        #expect(form[""] == nil)
        #expect(FormFields(Array(repeating: UInt8(ascii: "&"), count: 100_000))["a"] == nil)
    }
}
