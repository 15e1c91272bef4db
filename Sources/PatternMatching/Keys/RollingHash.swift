/// The hash of the index's keys. Hosts are fed from right to left and paths from left to right, so that one pass over a host or path gives
/// the hash of every suffix or prefix of it. Seeded, and what is found is always compared: a collision costs time, never a wrong answer.
struct RollingHash {
    private var state: UInt64

    /// What a key is, so that a path never meets a host.
    enum Space: UInt64 {
        case host = 0x9e37_79b9_7f4a_7c15
        case prefix = 0xc2b2_ae3d_27d4_eb4f
        case path = 0x1656_67b1_9e37_79f9
        case pathCaseless = 0x27d4_eb2f_1656_67c5
    }

    /// - Parameter group: for paths the number of their host.
    @inline(__always)
    init(seed: UInt64, space: Space, group: UInt32 = 0) {
        state = (seed ^ space.rawValue ^ UInt64(group) &* 0xff51_afd7_ed55_8ccd) &* 0xc4ce_b9fe_1a85_ec53
        state ^= state >> 29
    }

    @inline(__always)
    mutating func feed(_ byte: UInt8) {
        state = (state ^ UInt64(byte)) &* 0x9fb2_1c65_1e98_df25
    }

    /// The hash of what was fed so far.
    @inline(__always)
    var value: UInt64 {
        var mixed = state ^ state >> 32
        mixed = mixed &* 0xd6e8_feb8_6659_fd93
        return mixed ^ mixed >> 32
    }
}
