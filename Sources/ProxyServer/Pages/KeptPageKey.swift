import PolicyCore

/// All that the page of a block or warning hangs on under one policy, but for what a ``PageMark`` stands for.
struct KeptPageKey: Sendable, Hashable {
    private let language: String
    private let shape: PageShape
    private let isTunnel: Bool
    private let isConnect: Bool
    private let mayAsk: Bool
    private let opensAgain: Bool
    private let verdict: Verdict
    /// How long a warning lets through.
    private let minutes: Int
    private let group: String
    private let rule: String
    private let category: String?
    private let reason: String?
    private let schedule: String?
    private let missingList: String?

    /// - Returns: nil where the page says how much was used: that is nobody else's.
    init?(_ notice: BlockNotice, _ form: BlockForm) {
        let ground = notice.decision.ground
        if ground.usedUp || ground.budget != nil || notice.identity.client.isEmpty { return nil }
        language = form.catalogue.language
        shape = form.shape
        isTunnel = form.isTunnel
        isConnect = notice.asked.method == "CONNECT"
        mayAsk = form.mayAsk
        opensAgain = form.until != nil
        verdict = notice.decision.verdict
        minutes = if case .warn(_, let minutes) = notice.decision { minutes } else { 0 }
        group = notice.identity.group
        rule = ground.rule
        category = ground.category
        reason = ground.reason
        schedule = ground.schedule
        missingList = ground.missingList
    }

    /// Whether some text of the page could be taken for a mark.
    func mayHoldMarks(_ snapshot: PolicySnapshot) -> Bool {
        let title = category.map { snapshot.title(ofCategory: $0) }
        return [group, rule, category, title, reason, schedule, missingList].contains { $0.map(PageMark.mayStand) == true }
    }

    /// The shortest of what tells most pages apart.
    func hash(into hasher: inout Hasher) {
        hasher.combine(rule)
        hasher.combine(category)
        hasher.combine(shape)
    }
}
