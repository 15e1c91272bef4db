public import PolicyCore
internal import PolicyFormats

/// A policy other than the one that runs, made to be asked: nothing of it serves.
public struct TrialPolicy: Sendable {
    public let snapshot: PolicySnapshot
    /// nil for a draft.
    public let revision: Int64?
    /// Lists it uses without a version here, or in members nobody compiled: their categories lack them.
    public let missingLists: [String]
}

// Policies that do not run, for *Why?* and rehearsals.
extension PolicyStore {
    /// The policy that runs, a stored revision, or a draft, with the grants and pauses of a span of time and today's lists.
    /// - Throws: ``PolicyStoreError/badPolicy(_:)`` for a text with errors, ``PolicyStoreError/noSuchRevision(_:)``.
    public func trial(_ choice: StoredPolicy.Choice, from: Instant, to: Instant) async throws -> TrialPolicy {
        let text: String
        var file = policyFile ?? "policy"
        var number = running.revision
        switch choice {
        case .running: text = running.text
        case .revision(let wanted):
            (text, number) = (try revision(wanted).text, wanted)
            file = "revision \(wanted)"
        case .draft(let draft, let name): (text, number, file) = (draft, nil, name)
        }
        let grants = try database.read { try PolicyDatabase.grants(from: from, to: to, in: $0) }
        return try await PolicyStore.compileTrial(
            text, file: file, revision: number, grants: grants, lists: listSet, running: running.document, zones: zones)
    }

    /// The revision a visit's generation ran; nil where a file ran or nobody noted it.
    public func revision(ofGeneration generation: UInt64) throws -> Int64? { try database.revision(ofGeneration: generation) }

    /// Away from the store's own turn: a long policy takes a while.
    @concurrent
    private nonisolated static func compileTrial(
        _ text: String, file: String, revision: Int64?, grants: [Grant], lists: ListSet, running: PolicyDocument, zones: any ZoneCatalog
    ) async throws -> TrialPolicy {
        let reading = PolicyReader.read(text, file: file, zones: zones)
        guard let document = reading.document else { throw PolicyStoreError.badPolicy(reading.errors) }
        let fitting = lists.fitting(document, compiledFor: running)
        do {
            let snapshot = try PolicySnapshot.compile(document, generation: 0, lists: fitting, zones: zones, grants: grants)
            return TrialPolicy(
                snapshot: snapshot, revision: revision, missingLists: fitting.missing.intersection(document.usedMembers.keys).sorted())
        } catch {
            throw PolicyStoreError.badValue("\(error)")
        }
    }
}
