internal import Foundation
internal import GRDB
public import PolicyCore

extension VisitStore {
    /// Makes a visits database in a directory that has none, out of a backup's.
    /// - Parameter backup: a database file from anywhere; its rows are copied, nothing else of it serves.
    /// - Throws: ``VisitStoreError``.
    public static func restore(_ backup: String, into directory: String) throws {
        do {
            try VisitDatabase.openWriter(directory: directory).close()
        } catch let error as DatabaseError {
            throw VisitStoreError.database(error.description)
        }
        try RowImport(from: backup, to: VisitDatabase.path(in: directory)).run()
    }

    /// Says in a restored database what was recorded after the backup was taken and is not in it.
    /// - Parameters:
    ///   - directory: of the restored database.
    ///   - earlier: the directory that had recorded until now; where it cannot be read, nobody knows how many visits are gone.
    ///   - taken: when the backup was.
    public static func noteLost(in directory: String, recordedIn earlier: String, since taken: Instant, now: Instant) throws {
        var lost: Coverage.Gap?
        do {
            lost = try visits(recordedIn: earlier, since: taken)
        } catch {
            lost = Coverage.Gap(from: taken, to: max(taken, now), missing: nil, cause: "restored")
        }
        guard let lost else { return }
        let missing = lost.missing.map { Int64(clamping: $0) }
        let queue = try VisitDatabase.openWriter(directory: directory)
        try queue.write { database in
            try database.execute(
                sql: WritingSQL.addGap, arguments: [lost.from.milliseconds, lost.to.milliseconds, missing, lost.cause])
            if let missing { try database.execute(sql: WritingSQL.addCount, arguments: ["missing", missing]) }
        }
        try queue.close()
    }

    /// nil for none.
    private static func visits(recordedIn directory: String, since taken: Instant) throws -> Coverage.Gap? {
        guard FileManager.default.fileExists(atPath: VisitDatabase.path(in: directory)) else { return nil }
        let reader = try VisitReader.open(directory)
        defer { reader.close() }
        var (count, last) = (UInt64(0), taken)
        try reader.each(matching: VisitQuery(from: taken), oldestFirst: true, includingJournal: true) { row in
            (count, last) = (count + 1, max(last, row.time))
            return true
        }
        return count == 0 ? nil : Coverage.Gap(from: taken, to: last, missing: count, cause: "restored")
    }
}
