/// Finds a peer that takes nothing of what is written to it for 60 seconds (SECURITY.md D1).
struct StallWatch {
    static let patience: Int64 = 60_000

    private var since: Int64?
    private var least = 0

    /// - Parameters:
    ///   - unsent: bytes written and not yet taken; asked for only where nothing more may be written.
    ///   - now: steady milliseconds.
    mutating func isStalled(isWritable: Bool, unsent: @autoclosure () -> Int, at now: Int64) -> Bool {
        guard !isWritable else {
            since = nil
            return false
        }
        let unsent = unsent()
        guard let since, unsent >= least else {
            self.since = now
            least = unsent
            return false
        }
        return now - since >= Self.patience
    }
}
