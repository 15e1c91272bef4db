/// One rule: a verb, its targets and what modifies it.
public struct RuleDeclaration: Sendable, Hashable {
    public enum Verb: String, Sendable, Codable, CaseIterable {
        case allow, block, warn, limit
    }

    public var verb: Verb
    public var place: SourcePlace
    public var targets: [PlacedTarget]
    public var except: [PlacedTarget]
    public var only: [NameReference]
    public var during: [NameReference]
    public var exceptDuring: [NameReference]
    public var reason: String?
    /// `to:`, with `limit` alone.
    public var budget: BudgetAmount?
    /// How long *Continue* on a warning holds, in minutes.
    public var warnMinutes: Int
    public var isFinal: Bool
    public var note: String?

    public init(
        verb: Verb, place: SourcePlace = .start, targets: [PlacedTarget], except: [PlacedTarget] = [], only: [NameReference] = [],
        during: [NameReference] = [], exceptDuring: [NameReference] = [], reason: String? = nil, budget: BudgetAmount? = nil,
        warnMinutes: Int = 15, isFinal: Bool = false, note: String? = nil
    ) {
        self.verb = verb
        self.place = place
        self.targets = targets
        self.except = except
        self.only = only
        self.during = during
        self.exceptDuring = exceptDuring
        self.reason = reason
        self.budget = budget
        self.warnMinutes = warnMinutes
        self.isFinal = isFinal
        self.note = note
    }
}

/// A target and where it was written.
public struct PlacedTarget: Sendable, Hashable {
    public var target: Target
    public var place: SourcePlace

    public init(_ target: Target, place: SourcePlace = .start) {
        self.target = target
        self.place = place
    }
}
