import PolicyCore
import Testing

@Suite struct InstantTests {
    @Test(
        arguments: [
            (0, 0), (59_999, 0), (60_000, 1), (-1, -1), (-60_000, -1), (-60_001, -2), (Int64.max, 153_722_867_280_912),
            (Int64.min, -153_722_867_280_913),
        ] as [(Int64, Int64)])
    func minutesAreRoundedDown(milliseconds: Int64, minute: Int64) {
        #expect(Instant(milliseconds: milliseconds).minute == minute)
    }
}
