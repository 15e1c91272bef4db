internal import Foundation
internal import GRDB
internal import PolicyCore

extension PolicyDatabase {
    func value(_ key: String) throws -> String? {
        try read { try String.fetchOne($0, sql: "SELECT value FROM meta WHERE key = ?", arguments: [key]) }
    }

    func set(_ key: String, _ value: String) throws {
        try write {
            try $0.execute(
                sql: "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", arguments: [key, value])
        }
    }

    func generation() throws -> UInt64 { try value("generation").flatMap { UInt64($0) } ?? 0 }

    func setGeneration(_ generation: UInt64) throws { try set("generation", String(generation)) }

    /// Notes which revision a generation runs; nothing where the one before ran the same.
    func notePublished(_ generation: UInt64, revision: Int64?, time: Instant) throws {
        try write { database in
            try database.execute(
                sql: """
                    INSERT OR REPLACE INTO published (generation, time, revision) SELECT ?1, ?2, ?3 WHERE NOT EXISTS (
                        SELECT 1 FROM published WHERE generation = (SELECT max(generation) FROM published WHERE generation < ?1)
                            AND revision IS ?3)
                    """, arguments: [Int64(clamping: generation), time.milliseconds, revision])
        }
    }

    /// The revision a generation ran; nil where it is not known, or a file ran.
    func revision(ofGeneration generation: UInt64) throws -> Int64? { try read { try PublishedRevision.of(generation, in: $0) } }

    // MARK: revisions

    func addRevision(_ text: String, author: String, note: String?, time: Instant) throws -> Revision {
        try write { database in
            try database.execute(
                sql: "INSERT INTO revision (time, author, note, text) VALUES (?, ?, ?, ?)",
                arguments: [time.milliseconds, author, note, text])
            return Revision(number: database.lastInsertedRowID, time: time, author: author, note: note, byteCount: text.utf8.count)
        }
    }

    func revisions() throws -> [Revision] {
        try read {
            try Row.fetchAll(
                $0, sql: "SELECT number, time, author, note, length(CAST(text AS BLOB)) AS bytes FROM revision ORDER BY number DESC"
            )
            .map(PolicyDatabase.revision)
        }
    }

    func revision(_ number: Int64) throws -> (revision: Revision, text: String)? { try revision(where: "number = ?", [number]) }

    func newestRevision() throws -> (revision: Revision, text: String)? {
        try revision(where: "number = (SELECT max(number) FROM revision)", [])
    }

    private func revision(where condition: String, _ arguments: StatementArguments) throws -> (revision: Revision, text: String)? {
        let sql = "SELECT number, time, author, note, text, length(CAST(text AS BLOB)) AS bytes FROM revision WHERE \(condition)"
        return try read { database in
            try Row.fetchOne(database, sql: sql, arguments: arguments).map { (PolicyDatabase.revision($0), $0["text"]) }
        }
    }

    private static func revision(_ row: Row) -> Revision {
        Revision(
            number: row["number"], time: Instant(milliseconds: row["time"]), author: row["author"], note: row["note"],
            byteCount: row["bytes"])
    }

    // MARK: lists

    func listRecords() throws -> [String: ListRecord] {
        let decoder = ListRecord.decoder
        let rows = try read { try Row.fetchAll($0, sql: "SELECT name, record FROM subscription") }
        var records: [String: ListRecord] = [:]
        for row in rows {
            let json: String = row["record"]
            // A record that cannot be read costs a fetch, not the start.
            records[row["name"]] = try? decoder.decode(ListRecord.self, from: Data(json.utf8))
        }
        return records
    }

    func setListRecord(_ record: ListRecord?, of name: String) throws {
        guard let record else { return try write { try $0.execute(sql: "DELETE FROM subscription WHERE name = ?", arguments: [name]) } }
        let json = String(decoding: try ListRecord.encoder.encode(record), as: UTF8.self)
        try write {
            try $0.execute(
                sql: "INSERT INTO subscription VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET record = excluded.record",
                arguments: [name, json])
        }
    }
}
