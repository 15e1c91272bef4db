internal import GRDB

extension VisitReader {
    /// The name of the zone whose days the roll-ups are in; nil where none was written yet.
    /// - Throws: ``VisitStoreError/file(_:_:)`` where nothing was recorded there yet.
    public static func zoneName(_ directory: String) throws -> String? {
        try open(directory).read { database in
            try String.fetchOne(database, sql: "SELECT value FROM setting WHERE name = 'zone'")
        }
    }
}
