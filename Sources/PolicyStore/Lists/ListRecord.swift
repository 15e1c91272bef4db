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
        /// What a text is put together from that leads to other files.
        var parts: ListParts?
    }

    /// The declaration this belongs to: another one makes a new list of it.
    var source: String
    var format: ListDeclaration.Format
    var match: ListDeclaration.Match
    var sha256: String?
    var version: Version?
    /// The version that served last and whose file is gone or damaged; nil once one of the source's takes its place.
    var lost: Lost?
    /// The versions that served before, the last one and the one before it: kept to show what changed and to go back to.
    var previous: Version?
    var older: Version?
    /// What somebody went back from; nil where the newest version taken serves.
    var rollback: Rollback?
    var held: Version?
    var heldReason: String?
    var lastAttempt: Instant?
    var lastSuccess: Instant?
    var nextAttempt: Instant?
    var error: String?
    var failures = 0

    /// The version the source offers and somebody went back from: it is not taken again. A different one is, and ends this.
    struct Rollback: Sendable, Codable {
        var hash: String
        var etag: String?
        var lastModified: String?
        var signature: String?
        var time: Instant
        var author: String
    }

    /// What a version that comes anew is compared with, and why its predecessor serves no more.
    struct Lost: Sendable, Codable {
        var inspection: ListInspection
        var reason: String
    }

    /// Everything kept that is not the version that serves, the last one first.
    var kept: [Version] { [previous, older].compactMap { $0 } }

    mutating func serve(_ version: Version) {
        replace(by: version)
        (held, heldReason, error, rollback, lost) = (nil, nil, nil, nil, nil)
    }

    /// What the source's next version is compared with.
    var measure: ListInspection? { lost?.inspection ?? version?.inspection }

    /// Gives up the version that serves, because its file is not what was stored. An earlier one serves meanwhile; it is asked for nothing the
    /// source knows, so that the next fetch brings the list whole.
    /// - Parameter isThere: whether a kept version's file is.
    mutating func lose(_ reason: String, isThere: (Version) -> Bool) {
        guard let damaged = version else { return }
        lost = Lost(inspection: lost?.inspection ?? damaged.inspection, reason: String(reason.prefix(500)))
        let left = kept.filter { $0.inspection.hash != damaged.inspection.hash && isThere($0) }
        // What somebody went back from serves only where nothing else is left; nothing was gone back to then.
        let stead = left.first { $0.inspection.hash != rollback?.hash } ?? left.first
        if stead == nil || stead?.inspection.hash == rollback?.hash { rollback = nil }
        let rest = left.filter { $0.inspection.hash != stead?.inspection.hash }
        version = stead
        version?.etag = nil
        version?.lastModified = nil
        version?.signature = nil
        (previous, older) = (rest.first, rest.dropFirst().first)
        (nextAttempt, error) = (nil, lost?.reason)
    }

    /// Lets a kept version serve again. Going to the version that was gone back from ends the roll-back.
    mutating func goBack(to target: Version, author: String, at now: Instant) {
        guard let left = version else { return }
        replace(by: target)
        if rollback?.hash == target.inspection.hash {
            rollback = nil
        } else if rollback == nil {
            rollback = Rollback(
                hash: left.inspection.hash, etag: left.etag, lastModified: left.lastModified, signature: left.signature, time: now,
                author: author)
        }
        error = nil
    }

    private mutating func replace(by new: Version) {
        if let old = version, old.inspection.hash != new.inspection.hash {
            let rest = kept.filter { $0.inspection.hash != new.inspection.hash && $0.inspection.hash != old.inspection.hash }
            (previous, older) = (old, rest.first)
        }
        version = new
    }

    init(_ declaration: ListDeclaration) {
        source = declaration.source
        format = declaration.format
        match = declaration.match
        sha256 = declaration.sha256
    }

    func belongs(to declaration: ListDeclaration) -> Bool {
        source == declaration.source && format == declaration.format && match == declaration.match && sha256 == declaration.sha256
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
    /// What the lists have in common, counted when somebody asks.
    var overlap: OverlapCount?
}
