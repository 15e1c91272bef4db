import PolicyCore
import ProxyProtocols

extension Portal {
    /// My page: who this device is and what holds for it.
    func mine(_ request: PortalRequest, _ snapshot: PolicySnapshot) -> SelfMadeReply {
        let catalogue = pages.catalogue(request.hints)
        let policy = PolicyWords(snapshot, catalogue)
        var values = PageValues([
            "client": request.identity.client, "group": request.identity.group, "mine": "yes", "title": "mine.title",
            "recognised": "recognised.\(request.identity.recognised.rawValue)",
        ])
        addBudgets(&values, request, policy)
        values[list: "rules"] = policy.rules(for: request.identity)
        return reply("mine", values, request, catalogue)
    }
}
