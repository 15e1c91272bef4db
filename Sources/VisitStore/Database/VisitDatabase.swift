internal import Foundation
internal import GRDB
internal import GRDBSQLite
internal import Glibc

/// Opening the database file: the one connection that writes and checkpoints, and those that only read.
///
/// SQLite 3.40 wants one connection only that writes or checkpoints a WAL database, so readers are opened read-only and the writer is one.
enum VisitDatabase {
    static func path(in directory: String) -> String { directory + "/visits.sqlite" }

    /// Opens the file for writing, makes it where it is missing, and brings its schema up to date.
    static func openWriter(directory: String) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.label = "visits.writer"
        configuration.journalMode = .wal
        configuration.foreignKeysEnabled = false
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { database in
            // Checkpoints are the writer's own, between batches; NORMAL syncs the WAL at checkpoints only, the journal covers the rest.
            try database.execute(
                sql: """
                    PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = 16777216;
                    PRAGMA temp_store = MEMORY; PRAGMA cache_size = -32000;
                    """)
            try SQLFunctions.register(on: database)
        }
        // SQLite gives its -wal and -shm files the mode of the database file.
        let descriptor = open(path(in: directory), O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        if descriptor >= 0 { Glibc.close(descriptor) }
        let queue = try DatabaseQueue(path: path(in: directory), configuration: configuration)
        try migrate(queue, path: path(in: directory))
        return queue
    }

    /// Opens the file for reading only.
    static func openReader(directory: String) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.label = "visits.reader"
        configuration.readonly = true
        configuration.foreignKeysEnabled = false
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA query_only = 1; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16000;")
            try SQLFunctions.register(on: database)
        }
        return try DatabaseQueue(path: path(in: directory), configuration: configuration)
    }

    private static func migrate(_ queue: DatabaseQueue, path: String) throws {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("visits-1") { try $0.execute(sql: Schema.version1) }
        migrator.registerMigration("visits-2-lists") { try $0.execute(sql: Schema.version2) }
        migrator.registerMigration("visits-3-drawn") { try $0.execute(sql: Schema.version3) }
        migrator.registerMigration("visits-4-used") { database in
            let today = try Int64.fetchOne(database, sql: "SELECT unixepoch() / 86400") ?? 0
            try database.execute(sql: Schema.version4(today: today))
        }
        let isNewer = try queue.read { try migrator.hasBeenSuperseded($0) }
        if isNewer { throw VisitStoreError.tooNew(path) }
        try migrator.migrate(queue)
        try queue.write { database in
            try database.execute(sql: Views.drop)
            try database.execute(sql: Views.all)
        }
    }

    /// Whether an error means that the file itself is damaged.
    static func isDamage(_ error: any Error) -> Bool {
        guard let error = error as? DatabaseError else { return false }
        return error.resultCode == .SQLITE_CORRUPT || error.resultCode == .SQLITE_NOTADB
    }
}
