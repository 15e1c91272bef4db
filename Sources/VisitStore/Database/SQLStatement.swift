internal import GRDB
internal import GRDBSQLite

/// A prepared statement through SQLite's own interface: the batch path binds and steps some ten of them a visit.
///
/// Used on the writer's connection only, inside its accesses. Must be let go of before the connection closes.
final class SQLStatement {
    private let statement: OpaquePointer
    private let connection: OpaquePointer?
    private var at: CInt = 0

    init(_ sql: String, in database: Database) throws {
        connection = database.sqliteConnection
        var made: OpaquePointer?
        let code = sqlite3_prepare_v3(connection, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &made, nil)
        guard code == SQLITE_OK, let made else {
            throw DatabaseError(
                resultCode: ResultCode(rawValue: code), message: String(cString: sqlite3_errmsg(connection)), sql: sql)
        }
        statement = made
    }

    deinit { sqlite3_finalize(statement) }

    /// Binds the next parameter.
    @discardableResult
    func bind(_ value: Int64?) -> SQLStatement {
        at += 1
        if let value { sqlite3_bind_int64(statement, at, value) } else { sqlite3_bind_null(statement, at) }
        return self
    }

    /// Binds the next parameter.
    @discardableResult
    func bind(_ text: String?) -> SQLStatement {
        at += 1
        guard var text else {
            sqlite3_bind_null(statement, at)
            return self
        }
        text.withUTF8 { utf8 in
            utf8.withMemoryRebound(to: CChar.self) {
                // -1 is SQLITE_TRANSIENT: SQLite copies the bytes before this returns. An empty text still needs an address.
                _ = sqlite3_bind_text(
                    statement, at, $0.baseAddress ?? emptyText, CInt($0.count), unsafeBitCast(-1, to: sqlite3_destructor_type.self))
            }
        }
        return self
    }

    /// Binds the next parameter: NULL for 0.
    @discardableResult
    func bindOrNull(_ value: Int64) -> SQLStatement { value == 0 ? bindNull() : bind(value) }

    @discardableResult
    func bindNull() -> SQLStatement {
        at += 1
        sqlite3_bind_null(statement, at)
        return self
    }

    /// Binds the next parameter to a text that stays where it is until the statement was run: its bytes are not copied.
    @discardableResult
    func bind(staying text: TextSpan, in frame: UnsafeRawBufferPointer) -> SQLStatement {
        if text.isNone { return bindNull() }
        let bytes = text.bytes(in: frame)
        // Whatever else may be no UTF-8, as where a long text was cut, and is mended on the way.
        guard bytes.allSatisfy({ $0 < 0x80 }) else { return bind(text.text(in: frame)) }
        at += 1
        let start = bytes.baseAddress?.assumingMemoryBound(to: CChar.self) ?? emptyText
        // nil is SQLITE_STATIC.
        sqlite3_bind_text(statement, at, start, CInt(bytes.count), nil)
        return self
    }

    /// Binds the next parameter.
    @discardableResult
    func bind(blob bytes: UnsafeRawBufferPointer) -> SQLStatement {
        at += 1
        sqlite3_bind_blob(statement, at, bytes.baseAddress, CInt(bytes.count), unsafeBitCast(-1, to: sqlite3_destructor_type.self))
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
        at = 0
    }

    private func error(_ code: CInt) -> DatabaseError {
        DatabaseError(resultCode: ResultCode(rawValue: code), message: String(cString: sqlite3_errmsg(connection)))
    }
}

/// One zero byte that lives for good.
private nonisolated(unsafe) let emptyText: UnsafePointer<CChar> = {
    // Never freed and never written again, so it may be shared by all threads.
    let byte = UnsafeMutablePointer<CChar>.allocate(capacity: 1)
    byte.initialize(to: 0)
    return UnsafePointer(byte)
}()
