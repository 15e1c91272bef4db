internal import GRDB

/// Copies the rows of a database whose origin nobody vouches for into an empty one of our own making: its pages, triggers, views and schema
/// never serve. What does not fit our tables is refused as a whole.
public struct RowImport {
    private let source: String
    private let target: String

    /// - Parameters:
    ///   - source: of the same Weir, or an earlier one. Only read.
    ///   - target: just made, closed, with the schema of today.
    public init(from source: String, to target: String) {
        self.source = source
        self.target = target
    }

    /// - Throws: ``VisitStoreError/badBackup(_:)`` with a sentence.
    public func run() throws {
        do {
            try copy()
        } catch let error as DatabaseError {
            throw VisitStoreError.badBackup(error.message ?? "\(error)")
        }
    }

    private func copy() throws {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY")
        }
        let queue = try DatabaseQueue(path: target, configuration: configuration)
        try queue.writeWithoutTransaction { database in
            try database.execute(sql: "ATTACH ? AS backup", arguments: [source])
            try database.execute(sql: "PRAGMA synchronous = FULL")
            try check(database)
            try database.inTransaction(.immediate) {
                for table in try names(of: "main", database) { try copy(table, database) }
                try copySequence(database)
                let loose = try Row.fetchOne(database, sql: "PRAGMA main.foreign_key_check")
                if loose != nil { throw VisitStoreError.badBackup("rows refer to others that are not there") }
                return .commit
            }
            try database.execute(sql: "DETACH backup")
        }
        try queue.close()
    }

    /// Nothing that would run while rows are read, nothing of a later version, and every page in order.
    private func check(_ database: Database) throws {
        let odd = try String.fetchOne(
            database,
            sql: """
                SELECT type || ' ' || name FROM backup.sqlite_master
                WHERE type = 'trigger' OR (type = 'table' AND sql NOT LIKE 'CREATE TABLE%') OR (type = 'table' AND sql LIKE '%GENERATED%')
                """)
        if let odd { throw VisitStoreError.badBackup("it holds what no Weir makes: \(odd)") }
        let newer = try String.fetchOne(
            database,
            sql: """
                SELECT identifier FROM backup.grdb_migrations
                WHERE identifier NOT IN (SELECT identifier FROM main.grdb_migrations)
                """)
        if newer != nil { throw VisitStoreError.badBackup("it was written by a newer Weir") }
        let found = try String.fetchOne(database, sql: "PRAGMA backup.quick_check(1)") ?? "no answer"
        if found != "ok" { throw VisitStoreError.badBackup(found) }
    }

    private func names(of schema: String, _ database: Database) throws -> [String] {
        try String.fetchAll(
            database,
            sql: """
                SELECT name FROM \(schema).sqlite_master
                WHERE type = 'table' AND name <> 'grdb_migrations' AND substr(name, 1, 7) <> 'sqlite_'
                """)
    }

    /// Columns that an earlier version lacks keep their defaults.
    private func copy(_ table: String, _ database: Database) throws {
        try database.execute(sql: "DELETE FROM main.\(table.quoted)")
        guard try names(of: "backup", database).contains(table) else { return }
        func columns(_ schema: String) throws -> [String] {
            try Row.fetchAll(database, sql: "PRAGMA \(schema).table_info(\(table.quoted))").map { $0["name"] }
        }
        let theirs = Set(try columns("backup"))
        let shared = try columns("main").filter(theirs.contains).map(\.quoted).joined(separator: ", ")
        try database.execute(sql: "INSERT INTO main.\(table.quoted) (\(shared)) SELECT \(shared) FROM backup.\(table.quoted)")
    }

    /// Numbers given out once are not given out again.
    private func copySequence(_ database: Database) throws {
        let both = """
            SELECT (SELECT count(*) FROM main.sqlite_master WHERE name = 'sqlite_sequence')
                + (SELECT count(*) FROM backup.sqlite_master WHERE name = 'sqlite_sequence')
            """
        guard try Int.fetchOne(database, sql: both) == 2 else { return }
        try database.execute(
            sql: """
                DELETE FROM main.sqlite_sequence;
                INSERT INTO main.sqlite_sequence (name, seq) SELECT name, seq FROM backup.sqlite_sequence
                    WHERE typeof(seq) = 'integer' AND name IN (SELECT name FROM main.sqlite_master WHERE type = 'table')
                """)
    }
}

extension String {
    /// As SQL writes a name.
    fileprivate var quoted: String { "\"" + replacing("\"", with: "\"\"") + "\"" }
}
