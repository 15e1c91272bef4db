public import PolicyCore

/// What a question says was used of budgets by the time it asks about; later periods begin fresh.
public struct UsedUpTo: PolicyState {
    private let used: [String: BudgetUse]
    private let at: Instant
    private let others: (any PolicyState)?

    /// - Parameters:
    ///   - used: by the path of the rule that limits, such as `groups.kids.rules[0]`.
    ///   - others: what is known of budgets not named; nil: nothing was used of them.
    public init(_ used: [String: BudgetUse], at: Instant, others: (any PolicyState)? = nil) {
        self.used = used
        self.at = at
        self.others = others
    }

    public func used(_ budget: BudgetKey, from: Instant, to: Instant, now: Instant) -> BudgetUse {
        guard let use = used[budget.rule] else { return others?.used(budget, from: from, to: to, now: now) ?? BudgetUse() }
        return from <= at && at < to ? use : BudgetUse()
    }

    public func hasContinued(client: String, rule: String, site: String, now: Instant) -> Bool {
        others?.hasContinued(client: client, rule: rule, site: site, now: now) ?? false
    }
}

extension BudgetUse {
    /// Reads one use of a budget as a command line writes it: `groups.kids.rules[0]=45m`, `rules[1]=200MB`, `rules[2]=3 visits`.
    /// - Returns: nil where there is no `=`, or no amount behind it.
    public static func named(_ text: String) -> (rule: String, use: BudgetUse)? {
        guard let mark = text.lastIndex(of: "="), mark != text.startIndex else { return nil }
        let words = text[text.index(after: mark)...].split(separator: " ")
        guard let first = words.first, let use = BudgetUse(words: words, joined: words.joined(), first: first) else { return nil }
        return (String(text[..<mark]), use)
    }

    private init?(words: [Substring], joined: String, first: Substring) {
        if words.count == 2, words[1] == "visits" || words[1] == "visit" {
            guard let visits = Quantity.digits(first) else { return nil }
            self.init(visits: visits)
        } else if let minutes = Quantity.minutes(joined) {
            self.init(minutes: minutes)
        } else if let bytes = Quantity.bytes(joined) {
            self.init(bytes: bytes)
        } else {
            return nil
        }
    }
}
