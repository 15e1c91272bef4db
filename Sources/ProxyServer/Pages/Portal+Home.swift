import PatternMatching
import PolicyCore
import ProxyProtocols

extension Portal {
    /// The first page: what was just blocked on this device, and what can be done about it.
    func home(_ request: PortalRequest, _ snapshot: PolicySnapshot) -> SelfMadeReply {
        let catalogue = pages.catalogue(request.hints)
        var values = PageValues([
            "client": request.identity.client, "group": request.identity.group, "home": "yes", "title": "portal.title",
        ])
        if let said = request.query["said"], ["asked", "already", "continued"].contains(said) { values["said"] = "said.\(said)" }
        addBudgets(&values, request, PolicyWords(snapshot, catalogue))
        values[list: "blocks"] = recent.of(client: request.identity.client).enumerated().map { number, block in
            var values = entry(block, request, snapshot, catalogue)
            values["number"] = String(number)
            return values
        }
        return reply("portal", values, request, catalogue)
    }

    /// What is left of every budget.
    func addBudgets(_ values: inout PageValues, _ request: PortalRequest, _ policy: PolicyWords) {
        let budgets = policy.budgets(for: request.identity, at: request.time, state: ledger)
        values[list: "budgets"] = budgets
        if !budgets.isEmpty { values["has-budgets"] = "yes" }
    }

    /// One line of the list. What it says is judged anew, so that a grant given meanwhile shows.
    private func entry(_ block: RecentBlock, _ request: PortalRequest, _ snapshot: PolicySnapshot, _ catalogue: MessageCatalogue)
        -> PageValues
    {
        let asked = Asked(url: block.url, method: block.method)
        let decision = snapshot.decide(asked, by: request.identity, at: request.time, state: ledger)
        let policy = PolicyWords(snapshot, catalogue)
        var notice = BlockNotice(
            asked: asked, decision: block.decision, identity: request.identity, time: request.time, snapshot: snapshot, ledger: ledger)
        if case .allow = decision {
            var values = BlockWords(notice, catalogue, until: nil).values
            values["open"] = "yes"
            addAge(of: block, &values, request, policy)
            values["href"] = block.url.text
            return values
        }
        notice.decision = decision
        var values = BlockWords(notice, catalogue, until: notice.opensAgain).values
        addAge(of: block, &values, request, policy)
        if block.count > 1 { values["times"] = String(block.count) }
        if notice.mayBeGranted { values["ask-token"] = pages.token(.ask, notice, isInPlace: false) }
        if case .warn = decision { values["continue-token"] = pages.token(.proceed, notice, isInPlace: false) }
        return values
    }

    private func addAge(of block: RecentBlock, _ values: inout PageValues, _ request: PortalRequest, _ policy: PolicyWords) {
        let age = request.time.milliseconds &- block.time.milliseconds
        values["when"] = age < 60_000 ? "portal.now" : "portal.ago"
        values["ago"] = policy.duration(age - age % 60_000)
    }
}
