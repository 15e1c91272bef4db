/// What a password hash costs (RFC 7914): `2^logN` rounds, block size `r`, `p` lanes; memory is `128 · r · 2^logN` bytes.
public struct ScryptCost: Sendable, Hashable {
    public var logN: Int
    public var r: Int
    public var p: Int

    /// 32 MiB, three lanes: one of OWASP's equivalent settings.
    public static let standard = ScryptCost(logN: 15, r: 8, p: 3)

    public init(logN: Int, r: Int, p: Int) {
        self.logN = logN
        self.r = r
        self.p = p
    }

    /// Bounds for costs read back from a database, so that a damaged row cannot ask for gigabytes.
    var isSane: Bool { (4...20).contains(logN) && (1...16).contains(r) && (1...16).contains(p) && (r << logN) <= (1 << 24) }
}
