public import PolicyCore

extension PolicyStore {
    /// Grants and pauses in force, the newest first.
    public func grants() throws -> [Grant] { try database.grants(at: clock()) }

    /// Allows or blocks something from now on; published at once.
    /// - Throws: ``PolicyStoreError/badValue(_:)`` for a target or a name that is none.
    public func grant(_ request: GrantRequest, author: String) throws -> Grant {
        try checkTarget(request.target)
        try checkScope(request.scope)
        if let minutes = request.minutes, !(1...5_256_000).contains(minutes) {
            throw PolicyStoreError.badValue("a grant holds from 1 minute to 10 years")
        }
        let now = clock()
        let grant = try database.addGrant(
            Grant(
                id: 0, scope: request.scope, allows: request.allows, target: request.target, from: now,
                until: request.minutes.map { Instant(milliseconds: now.milliseconds &+ Int64($0) &* 60_000) },
                reason: request.reason.map { String($0.prefix(500)) }, author: author))
        try accounts.audit(author, "grant.add", "\(grant.id): \(grant.allows ? "allow" : "block") \(grant.target)")
        try grantsChanged()
        return grant
    }

    /// Ends a grant or pause; published at once.
    public func revoke(_ id: Int64, author: String) throws {
        guard try database.revokeGrant(id, author: author, time: clock()) else { throw PolicyStoreError.noSuchGrant(id) }
        try accounts.audit(author, "grant.revoke", "\(id)")
        try grantsChanged()
    }

    func grantsChanged() throws {
        grantsInForce = try database.grants(at: clock())
        publishGrants()
    }

    private func checkTarget(_ text: String) throws {
        guard text.utf8.count <= 4096, let target = Target(text) else { throw PolicyStoreError.badValue("\"\(text)\" is no target") }
        if case .category(let name) = target, !running.document.categories.contains(where: { $0.name == name }) {
            throw PolicyStoreError.badValue("there is no category \"\(name)\"")
        }
        // What the snapshot would leave out must not look granted.
        let trial = Grant(id: 1, scope: .everyone, allows: false, target: text, from: clock(), until: nil)
        guard !current.with(grants: [trial], generation: generation).activeGrants.isEmpty else {
            throw PolicyStoreError.badValue("\"\(text)\" is no target")
        }
    }

    /// A client need not be in the policy: a device without an entry is one too.
    private func checkScope(_ scope: Grant.Scope) throws {
        switch scope {
        case .everyone: break
        case .client(let name):
            guard (1...255).contains(name.utf8.count) else { throw PolicyStoreError.badValue("a client's name has 1 to 255 bytes") }
        case .group(let name):
            guard running.document.groups.contains(where: { $0.name == name }) else {
                throw PolicyStoreError.badValue("there is no group \"\(name)\"")
            }
        }
    }
}
