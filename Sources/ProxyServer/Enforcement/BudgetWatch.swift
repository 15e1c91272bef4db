import PolicyCore

/// What one loop knows of running passages that draw on a budget: who draws on which, who has moved bytes the ledger was not told of, and which
/// budgets were drawn on since they were last looked at.
struct BudgetWatch {
    private var drawing: [BudgetKey: [ObjectIdentifier: Passage]] = [:]
    private var moving: [Passage] = []
    private var noted: Set<BudgetKey> = []
    /// Ends already told to every loop.
    private var told: [BudgetKey: Instant] = [:]

    var isIdle: Bool { moving.isEmpty && noted.isEmpty }

    mutating func enter(_ passage: Passage, _ key: BudgetKey) { drawing[key, default: [:]][ObjectIdentifier(passage)] = passage }

    mutating func leave(_ passage: Passage, _ key: BudgetKey) {
        drawing[key]?[ObjectIdentifier(passage)] = nil
        if drawing[key]?.isEmpty == true { drawing[key] = nil }
    }

    func passages(on key: BudgetKey) -> [Passage] { drawing[key].map { Array($0.values) } ?? [] }

    /// It moves bytes; called once until ``takeMoving()``.
    mutating func moves(_ passage: Passage) { moving.append(passage) }

    mutating func takeMoving() -> [Passage] {
        defer { moving.removeAll(keepingCapacity: true) }
        return moving
    }

    /// The ledger was told of use of this budget.
    mutating func note(_ key: BudgetKey) { noted.insert(key) }

    mutating func takeNoted() -> Set<BudgetKey> {
        defer { noted.removeAll(keepingCapacity: true) }
        return noted
    }

    /// - Returns: true for an end that has not been told yet.
    mutating func tell(_ key: BudgetKey, _ end: Instant) -> Bool { told.updateValue(end, forKey: key) != end }

    /// Forgets ends that are over.
    mutating func forgetTold(before now: Instant) { told = told.filter { $0.value >= now } }
}
