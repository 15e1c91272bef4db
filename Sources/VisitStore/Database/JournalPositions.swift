internal import GRDB

/// A stream of the journal: which boot's, which one.
struct StreamKey: Hashable, Comparable, Sendable {
    let boot: UInt64
    let stream: UInt16

    static func < (a: StreamKey, b: StreamKey) -> Bool { (a.boot, a.stream) < (b.boot, b.stream) }
}

/// How far the journal is in the database.
struct JournalPositions {
    /// Boots whose journal was taken whole.
    var done: Set<UInt64>
    var positions: [StreamKey: StreamPosition]

    static func load(_ database: Database) throws -> JournalPositions {
        let done = try Int64.fetchAll(database, sql: "SELECT code FROM boot WHERE is_done = 1").map { UInt64(bitPattern: $0) }
        let sql = """
            SELECT b.code, p.stream, p.segment, p.offset, p.sequence, p.last_time, p.is_closed
            FROM journal_position p JOIN boot b ON b.id = p.boot WHERE b.is_done = 0
            """
        var found: [StreamKey: StreamPosition] = [:]
        for row in try Row.fetchAll(database, sql: sql) {
            let position = StreamPosition(
                boot: UInt64(bitPattern: row[0] as Int64? ?? 0), stream: UInt16(truncatingIfNeeded: row[1] as Int64? ?? 0),
                number: UInt32(truncatingIfNeeded: row[2] as Int64? ?? 1), offset: Int(row[3] as Int64? ?? 0),
                sequence: UInt64(bitPattern: row[4] as Int64? ?? 0), lastTime: row[5] as Int64? ?? 0,
                isClosed: (row[6] as Int64? ?? 0) != 0)
            found[StreamKey(boot: position.boot, stream: position.stream)] = position
        }
        return JournalPositions(done: Set(done), positions: found)
    }
}
