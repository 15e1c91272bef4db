/// What the other side has yet to take of a reply, looked at every ten seconds: who takes fewer than 500 bytes a second is still, and has lost the
/// connection when he took fewer than that over six looks.
struct UntakenReply {
    /// Bytes from one look to the next.
    static let least = 5_000
    static let looks = 6

    /// At the last look he had taken less than the least.
    private(set) var isStill = false
    private var bytes: Int
    private var bytesAtFirst: Int
    private var looked = 0

    /// - Parameter bytes: held for him now.
    init(bytes: Int) {
        self.bytes = bytes
        bytesAtFirst = bytes
    }

    /// - Parameter bytes: held for him now; nothing is added while there is as much as this.
    /// - Returns: false where the connection is to be closed.
    mutating func look(bytes now: Int) -> Bool {
        isStill = bytes - now < Self.least
        bytes = now
        looked += 1
        guard looked == Self.looks else { return true }
        let taken = bytesAtFirst - now
        (looked, bytesAtFirst) = (0, now)
        return taken >= Self.least * Self.looks
    }
}
