import PolicyCore

/// What the pages of a person and My page share.
struct PersonView {
    let request: AdminRequest
    let snapshot: PolicySnapshot

    init(_ request: AdminRequest, _ snapshot: PolicySnapshot) {
        self.request = request
        self.snapshot = snapshot
    }

    /// Group, its rules as sentences, time left, next change.
    func facts(_ identity: Identity) -> View {
        let wording = request.wording
        let document = snapshot.document
        let sentence = RuleSentence(request.t, document)
        let budgets = snapshot.budgets(for: identity, at: request.now, state: request.site.dependencies.state)
        return [
            "group": identity.group, "group-link": "/groups/\(Form.encode(identity.group))",
            "recognised": request.t["recognised-\(identity.recognised.rawValue)"],
            "rules": document.rules(for: identity.group).map { item -> View in
                [
                    "path": item.path, "text": sentence.text(item.rule), "reason": item.rule.reason, "verb": item.rule.verb.rawValue,
                    "verb-text": sentence.verb(item.rule),
                ]
            },
            "default": request.t["default-\(document.effectiveDefault(of: identity.group).rawValue)"],
            "budgets": budgets.map { budget(of: $0, wording) }, "some-budgets": !budgets.isEmpty,
            "next-change": snapshot.nextChange(after: request.now).map { wording.moment($0) },
        ]
    }

    private func budget(of status: BudgetStatus, _ wording: Wording) -> View {
        let t = request.t
        let left = status.limit > status.used ? status.limit - status.used : 0
        return [
            "title": status.title, "left": RuleSentence.amount(left, status.unit, t),
            "limit": RuleSentence.amount(status.limit, status.unit, t),
            "resets": wording.moment(status.resetsAt), "used-up": status.isUsedUp, "rule": status.rule,
        ]
    }
}
