internal import GRDB
internal import GRDBSQLite

/// A prepared statement through SQLite's own interface: the batch path binds and steps some ten of them a visit.
///
/// Used on the writer's connection only, inside its accesses. Must be let go of before the connection closes.
final class SQLStatement {
    private let statement: OpaquePointer
    private let connection: OpaquePointer?
    /// Where the next parameter goes. Long rows are bound to it rather than through this object, which is counted at every call that gives it
    /// back.
    var binding: SQLBinding

    init(_ sql: String, in database: Database) throws {
        connection = database.sqliteConnection
        var made: OpaquePointer?
        let code = sqlite3_prepare_v3(connection, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &made, nil)
        guard code == SQLITE_OK, let made else {
            throw DatabaseError(
                resultCode: ResultCode(rawValue: code), message: String(cString: sqlite3_errmsg(connection)), sql: sql)
        }
        statement = made
        binding = SQLBinding(made)
    }

    deinit { sqlite3_finalize(statement) }

    /// Binds the next parameter.
    @discardableResult
    func bind(_ value: Int64?) -> SQLStatement {
        binding.put(value)
        return self
    }

    /// Binds the next parameter.
    @discardableResult
    func bind(_ text: String?) -> SQLStatement {
        binding.put(text)
        return self
    }

    /// Binds the next parameter.
    @discardableResult
    func bind(blob bytes: UnsafeRawBufferPointer) -> SQLStatement {
        binding.put(blob: bytes)
        return self
    }

    /// Runs a statement that gives no rows.
    func run() throws {
        defer { reset() }
        let code = sqlite3_step(statement)
        if code != SQLITE_DONE && code != SQLITE_ROW { throw error(code) }
    }

    /// The first column of the first row; nil where there is none or it is NULL.
    func number() throws -> Int64? {
        defer { reset() }
        let code = sqlite3_step(statement)
        if code == SQLITE_DONE { return nil }
        guard code == SQLITE_ROW else { throw error(code) }
        return sqlite3_column_type(statement, 0) == SQLITE_NULL ? nil : sqlite3_column_int64(statement, 0)
    }

    private func reset() {
        sqlite3_reset(statement)
        binding.restart()
    }

    private func error(_ code: CInt) -> DatabaseError {
        DatabaseError(resultCode: ResultCode(rawValue: code), message: String(cString: sqlite3_errmsg(connection)))
    }
}
