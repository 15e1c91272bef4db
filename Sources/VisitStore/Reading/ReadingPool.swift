internal import Foundation
internal import GRDB

/// At most so many read-only connections, made when needed and kept.
final class ReadingPool: @unchecked Sendable {
    // Invariant: `idle`, `made` and `generation` are touched only while `condition` is locked.
    private let condition = NSCondition()
    private var idle: [ReadingConnection] = []
    private var made = 0
    private var generation = 0
    private let directory: String
    private let limit: Int

    init(directory: String, limit: Int) {
        self.directory = directory
        self.limit = limit
    }

    /// Runs `body` in a read transaction, waiting for a connection where all are busy.
    /// - Parameter seconds: nil for no deadline.
    func read<Value>(seconds: Double?, _ body: (Database) throws -> Value) throws -> Value {
        let (connection, generation) = try take()
        defer { give(connection, generation) }
        return try connection.read(seconds: seconds, body)
    }

    /// Lets go of every connection: those in use when they come back. The file was replaced, or the store closes.
    func drop() {
        condition.lock()
        generation += 1
        made = 0
        idle = []
        condition.broadcast()
        condition.unlock()
    }

    private func take() throws -> (ReadingConnection, Int) {
        condition.lock()
        while idle.isEmpty && made >= limit { condition.wait() }
        let current = generation
        if let connection = idle.popLast() {
            condition.unlock()
            return (connection, current)
        }
        made += 1
        condition.unlock()
        do {
            return (try ReadingConnection(directory: directory), current)
        } catch {
            condition.lock()
            if generation == current { made -= 1 }
            condition.signal()
            condition.unlock()
            throw error
        }
    }

    private func give(_ connection: ReadingConnection, _ taken: Int) {
        condition.lock()
        if taken == generation { idle.append(connection) }
        condition.signal()
        condition.unlock()
    }
}
