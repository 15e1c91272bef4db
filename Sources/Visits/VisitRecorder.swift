/// Takes visits from one event loop: used on that loop only, never waits for the database.
///
/// `begin`, `progress` and `end` append to memory; `flush` hands everything appended so far to the kernel in one `write(2)`. Whoever sends
/// the last byte of a reply, a tunnel's `200` or a block page calls `flush` first (one flush a tick serves every visit of that tick).
public protocol VisitRecorder: AnyObject, Sendable {
    /// False while recording has stopped (disk full, `when-full: record-or-block`): new requests get 503 and are not begun.
    var isRecording: Bool { get }

    /// Numbers and appends a beginning.
    func begin(_ visit: VisitBeginning) -> VisitID

    /// Appends a sign of life.
    func progress(_ progress: VisitProgress)

    /// Appends that a running visit draws on other budgets from here on.
    func draw(_ draw: VisitDraw)

    /// Appends an end. Exactly one for each beginning.
    func end(_ end: VisitEnd)

    /// Writes what was appended. False: the disk refused, the visits stay appended for the next flush, and a reply to any of them must not
    /// leave as promised (answer 503 where nothing was sent yet).
    func flush() -> Bool

    /// Calls `done` once everything flushed so far is as durable as configured: at once and on this thread where `durability` is `standard`;
    /// after a group fsync and on another thread where it is `strict`. `done` gets false if that failed.
    func whenDurable(_ done: @escaping @Sendable (Bool) -> Void)

    /// Whether `whenDurable` answers at once.
    var isStrict: Bool { get }

    /// A client that left before its head was complete: counted, not recorded.
    func countUnread()

    /// A request answered 503 because recording has stopped: counted, not recorded.
    func countRefused()
}

extension VisitRecorder {
    public func countRefused() {}
}
