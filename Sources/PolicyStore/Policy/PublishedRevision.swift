internal import GRDB

/// Which revision ran with a generation.
enum PublishedRevision {
    static func of(_ generation: UInt64, in database: Database) throws -> Int64? {
        try Int64.fetchOne(
            database, sql: "SELECT revision FROM published WHERE generation <= ? ORDER BY generation DESC LIMIT 1",
            arguments: [Int64(clamping: generation)])
    }
}
