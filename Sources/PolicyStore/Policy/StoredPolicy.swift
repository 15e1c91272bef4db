internal import Foundation
internal import GRDB
internal import PatternMatching
public import PolicyCore
internal import PolicyFormats

/// The policy a data directory holds, read beside a running server or without one; nothing is written.
public struct StoredPolicy: Sendable {
    public let text: String
    public let document: PolicyDocument
    /// nil where the policy is a file.
    public let revision: Int64?
    public let snapshot: PolicySnapshot
    /// Lists it uses without a version here: their categories lack them.
    public let missingLists: [String]

    /// Where to read.
    public struct Place: Sendable {
        public var directory: String
        public var policyFile: String?

        public init(directory: String, policyFile: String?) {
            self.directory = directory
            self.policyFile = policyFile
        }
    }

    /// Which policy to read.
    public enum Choice: Sendable, Hashable {
        case running
        case revision(Int64)
        /// A text that is not stored, and what its errors call it.
        case draft(String, file: String)
    }

    /// - Parameters:
    ///   - from: grants and pauses that held at any time of `[from, to)` are in force with it, each at its own time.
    /// - Throws: ``PolicyStoreError``: there is no policy, no such revision, or the text has errors.
    public static func read(
        _ choice: Choice, at place: Place, from: Instant, to: Instant, zones: any ZoneCatalog
    ) throws -> StoredPolicy {
        let queue = try open(place)
        do {
            return try queue.read { database in
                let running = try text(.running, place, database)
                let wanted = choice == .running ? running : try text(choice, place, database)
                let document = try parsed(wanted, zones)
                let base = choice == .running ? document : try parsed(running, zones)
                let lists = try StoredLists(place, database).lists(for: document, running: base)
                let grants = try PolicyDatabase.grants(from: from, to: to, in: database)
                let snapshot: PolicySnapshot
                do {
                    snapshot = try PolicySnapshot.compile(document, generation: 0, lists: lists, zones: zones, grants: grants)
                } catch {
                    throw PolicyStoreError.badValue("\(error)")
                }
                return StoredPolicy(
                    text: wanted.text, document: document, revision: wanted.revision, snapshot: snapshot,
                    missingLists: lists.missing.intersection(document.usedMembers.keys).sorted())
            }
        } catch let error as DatabaseError {
            throw PolicyStoreError.storage("\(place.directory)/policy.sqlite: \(error.message ?? "\(error)")")
        }
    }

    private struct Source {
        var text: String
        var file: String
        var revision: Int64?
    }

    private static func open(_ place: Place) throws -> DatabaseQueue {
        let path = place.directory + "/policy.sqlite"
        guard FileManager.default.fileExists(atPath: path) else {
            throw PolicyStoreError.storage("\(path): there is no policy yet; name a file with --policy, or a configuration with --config")
        }
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        do {
            return try DatabaseQueue(path: path, configuration: configuration)
        } catch {
            throw PolicyStoreError.storage("\(path): \(error)")
        }
    }

    private static func parsed(_ source: Source, _ zones: any ZoneCatalog) throws -> PolicyDocument {
        let reading = PolicyReader.read(source.text, file: source.file, zones: zones)
        guard let document = reading.document else { throw PolicyStoreError.badPolicy(reading.errors) }
        return document
    }

    private static func text(_ choice: Choice, _ place: Place, _ database: Database) throws -> Source {
        switch choice {
        case .draft(let text, let file): return Source(text: text, file: file)
        case .revision(let number):
            let sql = "SELECT text FROM revision WHERE number = ?"
            guard let text = try String.fetchOne(database, sql: sql, arguments: [number]) else {
                throw PolicyStoreError.noSuchRevision(number)
            }
            return Source(text: text, file: "revision \(number)", revision: number)
        case .running:
            if let file = place.policyFile {
                if let bytes = FileManager.default.contents(atPath: file), let text = String(validating: bytes, as: UTF8.self) {
                    return Source(text: text, file: file)
                }
                throw PolicyStoreError.storage("\(file): cannot be read")
            }
            let row = try Row.fetchOne(database, sql: "SELECT number, text FROM revision ORDER BY number DESC LIMIT 1")
            guard let row else { return Source(text: PolicyStore.emptyPolicy, file: "policy") }
            let number: Int64 = row["number"]
            return Source(text: row["text"], file: "revision \(number)", revision: number)
        }
    }
}
