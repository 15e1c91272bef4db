import HTTPTypes
import PolicyFormats
import PolicyStore

/// Changing the policy's text by a form: the rest of it stays byte for byte, the result is checked like any other text and saved as a revision.
enum PolicyChange {
    /// - Returns: the revision in force before, to go back to.
    static func apply(_ edits: [PolicyEdit], _ request: AdminRequest, note: String) async throws -> Int64? {
        let policy = request.site.policy
        let before = await current(policy)
        _ = try await policy.edit(edits, author: request.author, note: note)
        return before
    }

    static func current(_ policy: PolicyStore) async -> Int64? {
        if case .database(let revision) = await policy.status().source { return revision }
        return nil
    }

    /// The query that tells what was done and offers to undo it.
    static func done(_ key: String, _ revision: Int64?) -> String {
        Form.query([("done", key), ("undo-revision", revision.map { "\($0)" })])
    }
}
