import PatternMatching

/// A verdict and what it stands on.
public enum Decision: Sendable {
    case allow(Ground)
    case block(Ground)
    /// A page with a Continue button that then allows for `minutes`.
    case warn(Ground, minutes: Int)

    public var ground: Ground {
        switch self {
        case .allow(let ground), .block(let ground), .warn(let ground, _): ground
        }
    }

    public var verdict: Verdict {
        switch self {
        case .allow: .allow
        case .block: .block
        case .warn: .warn
        }
    }
}

extension Decision {
    /// The same decision on other ground.
    func mapGround(_ change: (inout Ground) -> Void) -> Decision {
        var ground = ground
        change(&ground)
        switch self {
        case .allow: return .allow(ground)
        case .block: return .block(ground)
        case .warn(_, let minutes): return .warn(ground, minutes: minutes)
        }
    }
}

public enum Verdict: String, Sendable, Codable, CaseIterable {
    case allow, block, warn
}

/// The rule that decided and how it came to apply. Names are shared strings of the snapshot: holding one pins no list.
public struct Ground: Sendable {
    /// `rules[1]`, `groups.kids.rules[0]`, `groups.kids.default`, `grants[7]`; `policy-error` where the engine failed and therefore blocked.
    public var rule: String
    /// First of the rule's categories that matched; `uncategorized`; nil for `all`, in-place targets and defaults.
    public var category: String?
    /// The list, as the policy writes it, whose entry put the request into that category; nil for the category's own entries.
    public var list: String?
    public var reason: String?
    /// The first open schedule of the rule's `during`.
    public var schedule: String?
    /// Set where the rule is a `limit`: traffic under it is counted with ``PolicyLedger/note(_:)``.
    public var budget: BudgetKey?
    /// True where a limit decided `block` because its budget is used up.
    public var usedUp: Bool
    /// True where another answer is possible once the response's media type is known: the request must be judged again then.
    public var dependsOnMediaType: Bool
    /// When the verdict, or the rule that gives it, next changes by the clock; nil for never. Computed on demand: see
    /// ``PolicySnapshot/until(_:_:at:state:)``.
    public var isTimed: Bool
    /// A list that is `required` and has no version yet would decide here: the proxy answers 503, naming it.
    public var missingList: String?
    /// Whether a grant could open what was not allowed, as ``PolicySnapshot/mayBeGranted(_:by:at:state:)`` says of the same request at the same
    /// moment; nil where it was allowed, and of ground that no snapshot decided on.
    public internal(set) var mayBeGranted: Bool?
    /// The expression at which the engine gave up; ``PolicySnapshot/evidence(ofFailure:)`` says which that is.
    var gaveUpAt: ExpressionPlace?

    public init(
        rule: String, category: String? = nil, list: String? = nil, reason: String? = nil, schedule: String? = nil,
        budget: BudgetKey? = nil,
        usedUp: Bool = false,
        dependsOnMediaType: Bool = false, isTimed: Bool = false,
        missingList: String? = nil
    ) {
        self.rule = rule
        self.category = category
        self.list = list
        self.reason = reason
        self.schedule = schedule
        self.budget = budget
        self.usedUp = usedUp
        self.dependsOnMediaType = dependsOnMediaType
        self.isTimed = isTimed
        self.missingList = missingList
    }
}

/// Whose budget of which rule: per client, or per group with `shared: true`.
public struct BudgetKey: Sendable, Hashable, Codable {
    public var rule: String
    /// Client name, or the group's name where shared.
    public var owner: String
    public var shared: Bool

    public init(rule: String, owner: String, shared: Bool) {
        self.rule = rule
        self.owner = owner
        self.shared = shared
    }
}
