public import GRDB
public import PolicyCore

/// The reading side of recorded visits: served by a running ``VisitStore`` and by a ``VisitReader`` beside one.
public protocol VisitReading: Sendable {
    /// The zone whose days and hours the roll-ups are in.
    var zone: ReportingZone { get }

    /// Runs queries in one read transaction of a read-only connection. Throws ``VisitStoreError/deadline`` once `seconds` have passed.
    func read<Value>(seconds: Double, _ body: (Database) throws -> Value) throws -> Value

    /// Whether everything in `[from, to)` was recorded.
    func coverage(from: Instant?, to: Instant?) throws -> Coverage

    /// One page, newest first.
    /// - Parameters:
    ///   - cursor: where the page before ended; nil for the newest.
    ///   - limit: rows, at most 1,000.
    func visits(matching query: VisitQuery, before cursor: VisitCursor?, limit: Int) throws -> VisitPage

    /// Every visit that matches, until `body` returns false. No deadline.
    /// - Parameter includingJournal: also those not yet in the database.
    func each(matching query: VisitQuery, oldestFirst: Bool, includingJournal: Bool, _ body: (VisitRow) throws -> Bool) throws

    /// Visits that are only journalled, to be read some at a time: as of now.
    func journalled() throws -> JournalledVisits

    /// Clients seen, the latest first, at most `limit`.
    func recentClients(limit: Int) throws -> [DeviceSeen]
}

extension VisitReading {
    /// ``read(seconds:_:)`` with ten seconds.
    public func read<Value>(_ body: (Database) throws -> Value) throws -> Value { try read(seconds: 10, body) }

    public func recentClients() throws -> [DeviceSeen] { try recentClients(limit: 500) }
}
