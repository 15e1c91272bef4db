/// SplitMix64: the same lists, hosts and URLs in every run.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
        return z ^ z >> 31
    }

    mutating func below(_ bound: Int) -> Int { Int(truncatingIfNeeded: next() % UInt64(bound)) }

    mutating func chance(_ share: Double) -> Bool { Double(next() >> 11) * 0x1p-53 < share }

    /// About normal, by the sum of four even draws.
    mutating func normal(_ mean: Double, _ deviation: Double) -> Double {
        let sum = (0..<4).reduce(0.0) { total, _ in total + Double(next() >> 11) * 0x1p-53 }
        return mean + (sum - 2) * deviation * 1.732
    }
}
