import Testing

@testable import ProxyServer

@Suite("Looking before sleeping")
struct BriefLookTests {
    private func after(_ count: Int, nanoseconds: UInt64) -> BriefLook {
        var look = BriefLook()
        for _ in 0..<count { look.slept(nanoseconds: nanoseconds) }
        return look
    }

    @Test("Pays after eight near answers in a row, and never where they come from further away")
    func near() {
        #expect(!BriefLook().pays)
        #expect(!after(7, nanoseconds: 150_000).pays)
        #expect(after(8, nanoseconds: 150_000).pays)
        #expect(!after(1_000, nanoseconds: 1_000_000).pays)
        var look = after(1_000, nanoseconds: 10_000)
        look.slept(nanoseconds: 1_000_000)
        #expect(!look.pays)
    }

    @Test("Two answers in a row that were not seen, and it sleeps again; what is near and not near enough is looked for once in nine times")
    func missed() {
        var look = after(1_000, nanoseconds: 10_000)
        for _ in 0..<100 { look.looked(found: true) }
        look.looked(found: false)
        #expect(look.pays)
        look.looked(found: false)
        #expect(!look.pays)
        var looks = 0
        for _ in 0..<900 {
            if look.pays {
                looks += 1
                look.looked(found: false)
            } else {
                look.slept(nanoseconds: 150_000)
            }
        }
        #expect(looks == 100)
    }
}
