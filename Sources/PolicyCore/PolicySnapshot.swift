public import PatternMatching

/// One generation of the policy, compiled: immutable, shared by every event loop, decides without I/O and without waiting.
public final class PolicySnapshot: Sendable {
    /// Grows with every published policy, list or grant change.
    public let generation: UInt64

    init(generation: UInt64) { self.generation = generation }

    /// Who is asking (POLICY.md, "Who is asking").
    public func identify(_ asker: Asker) -> Identity {
        Identity(client: "", group: "default", recognised: .none, clientIndex: nil, groupIndex: 0)
    }

    /// The verdict. Never throws and never allows by failure: an engine error is `block` with rule `policy-error`.
    public func decide(_ asked: Asked, by identity: Identity, at now: Instant, state: some PolicyState) -> Decision {
        .block(Ground(rule: "policy-error"))
    }

    /// When the verdict, or the rule that gives it, next changes by the clock; nil for never (looks at most 400 days ahead).
    public func until(_ asked: Asked, by identity: Identity, at now: Instant, state: some PolicyState) -> Instant? { nil }

    /// The next moment after `now` at which any schedule opens or closes or a grant begins or expires: open tunnels are judged again then.
    public func nextChange(after now: Instant) -> Instant? { nil }

    /// What a group's settings say for this client.
    public func settings(for identity: Identity) -> GroupSettings { GroupSettings() }
}

/// A group's settings, inheritance resolved.
public struct GroupSettings: Sendable, Hashable {
    public enum Restriction: String, Sendable, Codable { case off, moderate, strict }

    public var safeSearch = false
    public var youtube = Restriction.off
    /// False: visits keep the site only, no path.
    public var recordsURL = true
    /// Tunnels on a TLS port that show no TLS name.
    public var allowsOpaque = true

    public init() {}
}
