internal import Foundation
internal import GRDB
internal import GRDBSQLite

/// A copy of the database made on the writer's own connection, a few pages at a time between batches: it never waits and never restarts.
final class VisitBackup: @unchecked Sendable {
    // Invariant: everything but `result` is touched by the writer's thread only; `result` is written before `done` is signalled, read after.
    private static let pages: CInt = 2_000

    private let path: String
    private let done = DispatchSemaphore(value: 0)
    private var result: Result<Void, any Error> = .success(())
    private var target: DatabaseQueue?
    private var backup: OpaquePointer?

    init(path: String) { self.path = path }

    var hasBegun: Bool { target != nil }

    /// Copies some more.
    /// - Returns: true once the copy is whole or has failed.
    func step(from source: Database) -> Bool {
        do {
            let target = try opened()
            let code = target.inDatabase { database -> CInt in
                if backup == nil { backup = sqlite3_backup_init(database.sqliteConnection, "main", source.sqliteConnection, "main") }
                guard let backup else { return sqlite3_errcode(database.sqliteConnection) }
                let code = sqlite3_backup_step(backup, Self.pages)
                if code == SQLITE_OK || code == SQLITE_BUSY || code == SQLITE_LOCKED { return code }
                self.backup = nil
                let end = sqlite3_backup_finish(backup)
                return code == SQLITE_DONE ? (end == SQLITE_OK ? SQLITE_DONE : end) : code
            }
            switch code {
            case SQLITE_OK, SQLITE_BUSY, SQLITE_LOCKED: return false
            case SQLITE_DONE: finish(.success(()))
            default: finish(.failure(VisitStoreError.database("backup: " + String(cString: sqlite3_errstr(code)))))
            }
        } catch {
            finish(.failure(error))
        }
        return true
    }

    func finish(_ result: Result<Void, any Error>) {
        if let backup { sqlite3_backup_finish(backup) }
        backup = nil
        try? target?.close()
        target = nil
        self.result = result
        done.signal()
    }

    func wait() throws {
        done.wait()
        try result.get()
    }

    private func opened() throws -> DatabaseQueue {
        if let target { return target }
        let made = try DatabaseQueue(path: path)
        target = made
        return made
    }
}
