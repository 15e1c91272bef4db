internal import Foundation
internal import GRDB

/// `policy.sqlite`: one connection that reads and writes, in WAL mode. SQLite 3.40 must not have two connections that write or checkpoint a WAL
/// database, so the whole store shares this one.
final class PolicyDatabase: Sendable {
    let queue: DatabaseQueue

    /// - Parameter path: created 0600 when it is not there. A database of a newer Weir is refused.
    init(path: String) throws {
        // SQLite gives its -wal and -shm files the mode of the database file.
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw PolicyStoreError.storage("\(path): \(String(cString: strerror(errno)))") }
        close(descriptor)
        var configuration = Configuration()
        configuration.journalMode = .wal
        configuration.foreignKeysEnabled = true
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { database in
            // What was saved stays saved when the power goes: these are few and small writes.
            try database.execute(sql: "PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF")
        }
        queue = try DatabaseQueue(path: path, configuration: configuration)
        let migrator = Schema.migrator
        if try queue.read({ try migrator.hasBeenSuperseded($0) }) {
            throw PolicyStoreError.storage("\(path) was written by a newer Weir")
        }
        try migrator.migrate(queue)
    }

    func read<Value>(_ body: (Database) throws -> Value) throws -> Value { try queue.read(body) }

    func write<Value>(_ body: (Database) throws -> Value) throws -> Value { try queue.write(body) }
}
