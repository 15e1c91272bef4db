import NIOCore
import Testing

@testable import AdminWeb

@Suite struct UntakenReplyTests {
    /// What is held at each look, of a megabyte at first: whether the reader is still then, and at which look, if any, he has lost it.
    @Test(
        arguments: [
            // Nothing at all.
            ([1_000_000, 1_000_000, 1_000_000, 1_000_000, 1_000_000, 1_000_000], [true, true, true, true, true, true], 6),
            // Single bytes move no deadline.
            ([999_999, 999_998, 999_997, 999_996, 999_995, 999_994], [true, true, true, true, true, true], 6),
            // Slow, but reading.
            ([995_000, 990_000, 985_000, 980_000, 975_000, 970_000, 965_000], [false, false, false, false, false, false, false], nil),
            // In one leap, as a small window makes it.
            ([1_000_000, 1_000_000, 1_000_000, 1_000_000, 970_000, 970_000], [true, true, true, true, false, true], nil),
            // A minute well, the next not.
            (
                [900_000, 900_000, 900_000, 900_000, 900_000, 900_000, 895_000, 895_000, 895_000, 895_000, 895_000, 895_000],
                [false, true, true, true, true, true, false, true, true, true, true, true], 12
            ),
        ] as [([Int], [Bool], Int?)])
    func looks(held: [Int], still: [Bool], lost: Int?) {
        var untaken = UntakenReply(bytes: 1_000_000)
        var found: [Bool] = []
        var lostAt: Int?
        for (index, bytes) in held.enumerated() {
            let goesOn = untaken.look(bytes: bytes)
            found.append(untaken.isStill)
            if !goesOn, lostAt == nil { lostAt = index + 1 }
        }
        #expect(found == still)
        #expect(lostAt == lost)
    }

    @Test(
        arguments: [
            ("0", 10), ("30", 10), ("500", 11), ("5000", 20), ("54999", 119), ("67108864", 120), (nil, 120), ("-1", 120), ("x", 120),
            ("9223372036854775807", 120), ("99999999999999999999", 120),
        ] as [(String?, Int64)])
    func bodies(length: String?, seconds: Int64) {
        #expect(PlaceTimes().body(length: length) == .seconds(seconds))
    }
}
