/// Finds a peer that takes next to nothing of what is written to it for 60 seconds (SECURITY.md D1): fewer than 500 bytes a second, as of
/// bodies that come (``BodyRate``), so that single bytes do not move its deadline. Whoever takes more may be as slow as it likes: with an origin
/// that is faster there is always something unsent.
struct StallWatch {
    static let patience: Int64 = 60_000
    static let least: UInt64 = 500 * 60

    private var since: Int64?
    private var before: UInt64 = 0

    /// - Parameters:
    ///   - taken: bytes the peer took in all; asked for only where nothing more may be written, and then once a minute. nil, as nobody knows,
    ///     is as good as none.
    ///   - now: steady milliseconds.
    mutating func isStalled(isWritable: Bool, taken: @autoclosure () -> UInt64?, at now: Int64) -> Bool {
        guard !isWritable else {
            since = nil
            return false
        }
        guard let since else {
            self.since = now
            before = taken() ?? 0
            return false
        }
        guard now - since >= Self.patience else { return false }
        let taken = taken() ?? before
        let isSlow = taken &- before < Self.least
        self.since = now
        before = taken
        return isSlow
    }
}
