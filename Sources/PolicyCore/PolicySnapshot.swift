/// One generation of the policy, compiled: immutable, shared by every event loop, decides without I/O and without waiting.
public final class PolicySnapshot: Sendable {
    /// Grows with every published policy, list or grant change.
    public let generation: UInt64
    /// What it was compiled from.
    public let document: PolicyDocument
    /// Tells this snapshot from every other one there ever was. Holding it pins nothing of the policy or its lists.
    public let mark = Mark()
    let policy: CompiledPolicy
    let grants: CompiledGrants

    /// One for each snapshot: compared by identity.
    public final class Mark: Sendable {}

    init(generation: UInt64, document: PolicyDocument, policy: CompiledPolicy, grants: CompiledGrants) {
        self.generation = generation
        self.document = document
        self.policy = policy
        self.grants = grants
    }

    /// The same policy with other grants and pauses: cheap, nothing of the policy or its lists is compiled again.
    /// - Parameter grants: expired ones do no harm; those whose target no longer exists are left out.
    public func with(grants: [Grant], generation: UInt64) -> PolicySnapshot {
        let compiled = CompiledGrants(grants, categories: policy.categories, indexes: policy.categoryIndexes)
        return PolicySnapshot(generation: generation, document: document, policy: policy, grants: compiled)
    }

    /// The zone of the document's schedules and budgets, and of what people read.
    public var zone: ZoneTable { policy.zone }

    /// The grants and pauses in force with this snapshot, the newest first.
    public var activeGrants: [Grant] { grants.grants }

    /// The next moment after `now` at which any schedule a rule names opens or closes or a grant begins or expires: open tunnels are judged
    /// again then. nil for none within 400 days.
    public func nextChange(after now: Instant) -> Instant? {
        let scheduled = policy.scheduledByRules.compactMap { policy.schedules.nextChange($0, after: now) }
        let granted = grants.newestFirst.flatMap { [$0.from, $0.until] }.compactMap { $0 }.filter { $0 > now }
        return (scheduled + granted).min()
    }

    /// What a group's settings say for this client.
    public func settings(for identity: Identity) -> GroupSettings {
        policy.groups.indices.contains(identity.groupIndex) ? policy.groups[identity.groupIndex].settings : GroupSettings()
    }
}
