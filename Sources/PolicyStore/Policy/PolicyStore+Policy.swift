internal import Foundation
public import PolicyCore
public import PolicyFormats

// The policy's text: reading, saving, going back.
extension PolicyStore {
    /// The text that runs.
    public var text: String { running.text }

    public func status() -> PolicyStatus {
        PolicyStatus(
            generation: generation, source: policyFile.map { .file(path: $0) } ?? .database(revision: running.revision),
            since: running.since,
            errors: fileErrors.map { "\($0)" } + listState.problems, warnings: running.warnings.map { "\($0)" },
            missingLists: listSet.missing.sorted())
    }

    /// Everything that is wrong with a text, without saving it.
    public nonisolated func check(_ text: String) -> [Diagnostic] {
        PolicyReader.read(text, file: policyFile ?? "policy", zones: zones).diagnostics
    }

    /// Saves a text as a new revision and publishes it. Local lists it names are read first; remote ones are fetched afterwards.
    /// - Parameter basedOn: the revision the author began with; where somebody saved another one meanwhile nothing is saved.
    /// - Throws: ``PolicyStoreError/badPolicy(_:)`` and ``PolicyStoreError/readOnly``.
    public func save(_ text: String, author: String, note: String? = nil, basedOn: Int64? = nil) async throws -> Revision {
        guard !isReadOnly else { throw PolicyStoreError.readOnly }
        await enterLane()
        defer { leaveLane() }
        if let basedOn, let newest = running.revision, newest != basedOn {
            throw PolicyStoreError.badValue("revision \(newest) was saved meanwhile: nothing was changed")
        }
        return try await adopt(text, author: author, note: note)
    }

    /// Makes changes to the text that runs and saves it; nobody's change made meanwhile is lost.
    public func edit(_ edits: [PolicyEdit], author: String, note: String? = nil) async throws -> Revision {
        guard !isReadOnly else { throw PolicyStoreError.readOnly }
        await enterLane()
        defer { leaveLane() }
        var text = running.text
        do throws(PolicyEditError) {
            for edit in edits { text = try edit.apply(to: text) }
        } catch {
            throw PolicyStoreError.badValue(error.description)
        }
        if text == running.text, let number = running.revision, let (revision, _) = try database.revision(number) { return revision }
        return try await adopt(text, author: author, note: note)
    }

    /// All revisions, the newest first.
    public func history() throws -> [Revision] { try database.revisions() }

    public func revision(_ number: Int64) throws -> (revision: Revision, text: String) {
        guard let found = try database.revision(number) else { throw PolicyStoreError.noSuchRevision(number) }
        return found
    }

    /// Line by line from revision `old` to revision `new`.
    public func difference(_ old: Int64, _ new: Int64) throws -> [LineDifference] {
        try LineDifference.between(revision(old).text, revision(new).text)
    }

    /// Saves an older revision's text as a new revision.
    public func revert(to number: Int64, author: String) async throws -> Revision {
        guard !isReadOnly else { throw PolicyStoreError.readOnly }
        let text = try revision(number).text
        return try await save(text, author: author, note: "back to revision \(number)")
    }

    /// The entries a category has of its own, in the order of the text; nil for no such category.
    public func ownEntries(_ category: String) -> [OwnEntry]? {
        running.document.categories.first { $0.name == category }?.includes.entries
    }

    private func adopt(_ text: String, author: String, note: String?) async throws -> Revision {
        guard text.utf8.count <= 16 << 20 else { throw PolicyStoreError.badValue("larger than 16 MiB") }
        let reading = PolicyReader.read(text, file: "policy", zones: zones)
        guard let document = reading.document else { throw PolicyStoreError.badPolicy(reading.errors) }
        // Tried before anything is stored: a text that cannot run is no revision.
        do {
            _ = try PolicySnapshot.compile(document, generation: generation, lists: listSet, zones: zones, grants: [])
        } catch {
            throw PolicyStoreError.badValue("\(error)")
        }
        let revision = try database.addRevision(text, author: author, note: note.map { String($0.prefix(500)) }, time: clock())
        try accounts.audit(author, "policy.save", "revision \(revision.number)")
        await prepareLists(for: document)
        running = RunningPolicy(
            text: text, document: document, warnings: reading.warnings, revision: revision.number, since: revision.time)
        try publish()
        return revision
    }
}
