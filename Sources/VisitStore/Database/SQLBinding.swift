internal import GRDBSQLite

/// The parameters of a prepared statement, bound one after the other. Must not outlive the statement.
struct SQLBinding {
    private let statement: OpaquePointer
    private var at: CInt = 0

    init(_ statement: OpaquePointer) { self.statement = statement }

    /// The next parameter is the first again.
    mutating func restart() { at = 0 }

    mutating func put(_ value: Int64?) {
        if let value { put(value) } else { putNull() }
    }

    mutating func put(_ value: Int64) {
        at += 1
        sqlite3_bind_int64(statement, at, value)
    }

    /// NULL for 0.
    mutating func putOrNull(_ value: Int64) {
        if value == 0 { putNull() } else { put(value) }
    }

    mutating func putNull() {
        at += 1
        sqlite3_bind_null(statement, at)
    }

    mutating func put(_ text: String?) {
        guard var text else { return putNull() }
        at += 1
        text.withUTF8 { utf8 in
            utf8.withMemoryRebound(to: CChar.self) {
                // -1 is SQLITE_TRANSIENT: SQLite copies the bytes before this returns. An empty text still needs an address.
                _ = sqlite3_bind_text(
                    statement, at, $0.baseAddress ?? emptyText, CInt($0.count), unsafeBitCast(-1, to: sqlite3_destructor_type.self))
            }
        }
    }

    /// A text that stays where it is until the statement was run: its bytes are not copied.
    mutating func put(staying text: TextSpan, in frame: UnsafeRawBufferPointer) {
        if text.isNone { return putNull() }
        let bytes = text.bytes(in: frame)
        // Whatever else may be no UTF-8, as where a long text was cut, and is mended on the way.
        guard bytes.allSatisfy({ $0 < 0x80 }) else { return put(text.text(in: frame)) }
        at += 1
        let start = bytes.baseAddress?.assumingMemoryBound(to: CChar.self) ?? emptyText
        // nil is SQLITE_STATIC.
        sqlite3_bind_text(statement, at, start, CInt(bytes.count), nil)
    }

    mutating func put(blob bytes: UnsafeRawBufferPointer) {
        at += 1
        sqlite3_bind_blob(statement, at, bytes.baseAddress, CInt(bytes.count), unsafeBitCast(-1, to: sqlite3_destructor_type.self))
    }
}

/// One zero byte that lives for good.
private nonisolated(unsafe) let emptyText: UnsafePointer<CChar> = {
    // Never freed and never written again, so it may be shared by all threads.
    let byte = UnsafeMutablePointer<CChar>.allocate(capacity: 1)
    byte.initialize(to: 0)
    return UnsafePointer(byte)
}()
