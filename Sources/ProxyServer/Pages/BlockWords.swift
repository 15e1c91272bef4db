import PatternMatching
import PolicyCore

/// A block or warning in words: what its page, its small bodies and the portal say.
struct BlockWords {
    private let notice: BlockNotice
    private let catalogue: MessageCatalogue
    private let policy: PolicyWords
    /// Marks stand for what the request brings: the words are those of a page to be kept.
    private let isMarked: Bool
    /// When what is blocked opens again.
    private let until: Instant?

    /// - Parameter until: when it opens again; see ``BlockNotice/opensAgain``.
    init(_ notice: BlockNotice, _ catalogue: MessageCatalogue, until: Instant?, isMarked: Bool = false) {
        self.notice = notice
        self.catalogue = catalogue
        self.isMarked = isMarked
        self.until = until
        policy = PolicyWords(notice.snapshot, catalogue)
    }

    private var ground: Ground { notice.decision.ground }

    private func own(_ mark: PageMark, _ text: @autoclosure () -> String) -> String { isMarked ? mark.text : text() }

    private var host: String { own(.host, notice.asked.url.host) }
    private var url: String { own(.url, notice.asked.url.text) }
    private var client: String { own(.client, notice.identity.client) }

    /// The message that says in one sentence why: the most telling of what is known.
    private var sentence: String {
        let verb = if case .warn = notice.decision { "warn" } else { "block" }
        if ground.rule == "policy-error" { return "sentence.error" }
        if ground.missingList != nil { return "sentence.missing" }
        if let setting = RulePlace.setting(ground.rule) { return "sentence.setting.\(setting.key)" }
        if ground.usedUp { return ground.category == nil ? "sentence.used" : "sentence.used.category" }
        if ground.rule.hasPrefix("grants[") { return "sentence.grant" }
        if verb == "block", ground.rule.hasSuffix(".default") { return "sentence.default" }
        if ground.category == "uncategorized" { return "sentence.\(verb).uncategorized" }
        if ground.category != nil { return "sentence.\(verb).category" }
        let isAll = policy.declaration(ground.rule)?.targets.contains { $0.target == .all } == true
        return "sentence.\(verb)" + (isAll ? ".all" : "") + (ground.schedule == nil ? "" : ".schedule")
    }

    /// Why, in the words of the policy. A setting's is a code for programs, and the sentence says it.
    private var reason: String? { RulePlace.setting(ground.rule) == nil ? ground.reason : nil }

    private var title: String {
        if ground.missingList != nil { return "title.missing" }
        if case .warn = notice.decision { return "title.warn" }
        return ground.usedUp ? "title.used" : "title.block"
    }

    /// What fills `block.html`, and one entry of the portal's list.
    var values: PageValues {
        var values = PageValues([
            "title": title, "sentence": sentence, "host": host, "url": url, "rule": ground.rule, "client": client,
            "group": notice.identity.group, "verdict": notice.decision.verdict.rawValue,
            "time": own(.time, policy.moment(notice.time, from: notice.time)), "stamp": own(.stamp, policy.stamp(notice.time)),
        ])
        addRule(&values)
        values["badge"] = ground.usedUp ? "badge.used" : "badge.\(notice.decision.verdict.rawValue)"
        values["act"] = if case .warn = notice.decision { "act.warn" } else { "act.ask" }
        values["reason"] = reason
        values["category"] = ground.category.map(policy.category)
        values["category-name"] = ground.category
        values["schedule"] = ground.schedule
        values["list"] = ground.missingList
        if notice.asked.method == "CONNECT" { values["tunnel"] = "yes" }
        if let until {
            values["until-words"] = "until.until"
            values["until"] = own(.until, policy.moment(until, from: notice.time))
            values["until-stamp"] = own(.untilStamp, policy.stamp(until))
            values["until-left"] = own(.untilLeft, policy.duration(until.milliseconds &- notice.time.milliseconds))
        }
        if ground.budget != nil,
            let budget = policy.budget(ofRule: ground.rule, for: notice.identity, at: notice.time, state: notice.ledger),
            let used = budget["used-words"], let limit = budget["limit-words"]
        {
            values["budget"] = catalogue.text("used-of", ["used": used, "limit": limit])
        }
        if case .warn(_, let minutes) = notice.decision { values["minutes"] = policy.duration(Int64(minutes) &* 60_000) }
        return values
    }

    /// The rule in words: `groups.kids.rules[1]` is the second rule of the group kids.
    private func addRule(_ values: inout PageValues) {
        if ground.rule.hasPrefix("grants[") {
            values["rule-words"] = "rule.grant"
        } else if let place = RulePlace(ground.rule) {
            values["rule-words"] = place.group == nil ? "rule.house" : "rule.group"
            values["rule-number"] = String(place.index &+ 1)
            values["rule-group"] = place.group
        } else if let group = RulePlace.group(ofDefault: ground.rule) {
            values["rule-words"] = "rule.default"
            values["rule-group"] = group
        } else if let setting = RulePlace.setting(ground.rule) {
            values["rule-words"] = "rule.setting"
            values["rule-group"] = setting.group
        } else {
            values["rule-words"] = "rule.error"
        }
    }

    /// One line for where no page fits.
    func line(_ portal: String) -> String {
        var line = "Weir: \(catalogue.text(title, ["host": host])). \(plainSentence)"
        if let reason { line += " \(reason)." }
        return line + " [\(ground.rule)] http://\(portal)/"
    }

    private var plainSentence: String {
        catalogue.text(
            sentence,
            [
                "host": host, "category": ground.category.map(policy.category) ?? "", "group": notice.identity.group,
                "schedule": ground.schedule ?? "", "list": ground.missingList ?? "",
            ])
    }

    /// The same for programs.
    func fields(_ portal: String) -> [(String, String?)] {
        [
            ("error", notice.decision.verdict == .warn ? "warned" : "blocked"), ("message", plainSentence), ("url", url),
            ("rule", ground.rule), ("category", ground.category), ("reason", ground.reason),
            ("until", until.map { until in own(.untilStamp, policy.stamp(until)) }),
            ("client", client), ("portal", "http://\(portal)/"),
        ]
    }
}
