/// Finds request bodies that trickle (SECURITY.md D1): under 500 bytes a second over 30 seconds.
struct BodyRate {
    static let window: Int64 = 30_000
    static let least = 500 * 30

    private var since: Int64
    private var bytes = 0

    init(at now: Int64) { since = now }

    mutating func moved(_ count: Int) { bytes &+= count }

    /// - Parameter now: steady milliseconds.
    mutating func isTooSlow(at now: Int64) -> Bool {
        guard now - since >= Self.window else { return false }
        let isSlow = bytes < Self.least
        since = now
        bytes = 0
        return isSlow
    }
}
