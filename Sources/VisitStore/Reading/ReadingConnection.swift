internal import GRDB
internal import GRDBSQLite
internal import Synchronization

/// One read-only connection and its deadline. Used by one caller at a time (``ReadingPool``).
final class ReadingConnection: Sendable {
    private let queue: DatabaseQueue
    private let deadline = Deadline()

    init(directory: String) throws {
        queue = try VisitDatabase.openReader(directory: directory)
        let deadline = deadline
        queue.inDatabase { database in
            // The handler borrows the deadline: this object holds both and closes the connection before it lets go of the deadline.
            sqlite3_progress_handler(
                database.sqliteConnection, 2_000,
                { context in
                    guard let context else { return 0 }
                    return Unmanaged<Deadline>.fromOpaque(context).takeUnretainedValue().hasPassed ? 1 : 0
                }, Unmanaged.passUnretained(deadline).toOpaque())
        }
    }

    deinit {
        try? queue.close()
    }

    /// - Parameter seconds: nil for no deadline.
    func read<Value>(seconds: Double?, _ body: (Database) throws -> Value) throws -> Value {
        deadline.set(seconds: seconds)
        defer { deadline.set(seconds: nil) }
        do {
            return try queue.read(body)
        } catch let error as DatabaseError where error.resultCode == .SQLITE_INTERRUPT {
            throw VisitStoreError.deadline
        }
    }
}

/// A moment of the monotonic clock after which a query is stopped.
final class Deadline: Sendable {
    private let at = Atomic<Int64>(.max)

    var hasPassed: Bool {
        let at = at.load(ordering: .relaxed)
        return at != .max && SystemTime.monotonic() >= at
    }

    func set(seconds: Double?) {
        guard let seconds, seconds >= 0, seconds < 1_000_000 else { return at.store(.max, ordering: .relaxed) }
        at.store(SystemTime.monotonic() &+ Int64(seconds * 1_000), ordering: .relaxed)
    }
}
