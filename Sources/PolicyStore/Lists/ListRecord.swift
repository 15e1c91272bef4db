internal import Foundation
internal import PolicyCore
internal import PolicyFormats

/// What is known of one list: the version that serves, one that waits for confirmation, and how the last attempts went. Kept in the database.
struct ListRecord: Sendable, Codable {
    struct Version: Sendable, Codable {
        /// File name in the list's directory of the library.
        var file: String
        /// The file's name at its source.
        var fileName: String
        var inspection: ListInspection
        var etag: String?
        var lastModified: String?
        var time: Instant
        /// The local source's ``FileSignature`` when it was read.
        var signature: String?
    }

    /// The declaration this belongs to: another one makes a new list of it.
    var source: String
    var format: ListDeclaration.Format
    var match: ListDeclaration.Match
    var version: Version?
    /// The version that served before: kept to show what changed.
    var previous: Version?
    var held: Version?
    var heldReason: String?
    var lastAttempt: Instant?
    var lastSuccess: Instant?
    var nextAttempt: Instant?
    var error: String?
    var failures = 0

    mutating func serve(_ version: Version) {
        if let old = self.version, old.inspection.hash != version.inspection.hash { previous = old }
        (self.version, held, heldReason, error) = (version, nil, nil, nil)
    }

    init(_ declaration: ListDeclaration) {
        source = declaration.source
        format = declaration.format
        match = declaration.match
    }

    func belongs(to declaration: ListDeclaration) -> Bool {
        source == declaration.source && format == declaration.format && match == declaration.match
    }

    static var decoder: JSONDecoder { JSONDecoder() }
    static var encoder: JSONEncoder { JSONEncoder() }
}

/// The lists' state in memory, beside their records.
struct ListState {
    var records: [String: ListRecord] = [:]
    var refreshing: Set<String> = []
    /// What the serving image holds, and the key it was made for.
    var compilation: ListCompilation?
    var key: String?
    /// Why the image could not be made.
    var problems: [String] = []
    /// When to try again to make it.
    var retry: Instant?
}
