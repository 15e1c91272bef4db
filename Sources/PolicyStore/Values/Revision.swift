public import PolicyCore

/// One saved state of the policy's text. Revisions are never changed or deleted: going back makes a new one.
public struct Revision: Sendable, Hashable, Codable, Identifiable {
    /// From 1, growing by one with each save.
    public var number: Int64
    public var time: Instant
    /// Who saved it: an account's name, or what did it (`set-up`, `command line`).
    public var author: String
    public var note: String?
    /// Size of the text.
    public var byteCount: Int

    public var id: Int64 { number }

    public init(number: Int64, time: Instant, author: String, note: String?, byteCount: Int) {
        self.number = number
        self.time = time
        self.author = author
        self.note = note
        self.byteCount = byteCount
    }
}
