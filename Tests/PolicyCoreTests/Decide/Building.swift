import PatternMatching
import Testing

@testable import PolicyCore

/// Builds documents and asks them.
enum Building {
    static func site(_ text: String) -> OwnEntry { OwnEntry(key: .sites, text: text) }

    static func category(_ name: String, _ sites: [String], except: [String] = [], lists: [ListReference] = []) -> CategoryDeclaration {
        CategoryDeclaration(
            name: name, includes: EntrySources(entries: sites.map(site), lists: lists), excepts: EntrySources(entries: except.map(site)))
    }

    static func rule(
        _ verb: RuleDeclaration.Verb, _ targets: [String], except: [String] = [], only: [String] = [], during: [String] = [],
        budget: BudgetAmount? = nil, isFinal: Bool = false
    ) throws -> RuleDeclaration {
        RuleDeclaration(
            verb: verb, targets: try targets.map { PlacedTarget(try #require(Target($0))) },
            except: try except.map { PlacedTarget(try #require(Target($0))) }, only: only.map { NameReference($0) },
            during: during.map { NameReference($0) }, budget: budget, isFinal: isFinal)
    }

    static func snapshot(_ document: PolicyDocument, lists: ListSet = .none, grants: [Grant] = []) throws -> PolicySnapshot {
        try PolicySnapshot.compile(document, generation: 1, lists: lists, zones: FileZones(), grants: grants)
    }

    static func asked(_ url: String, method: String = "GET", type: String? = nil) throws -> Asked {
        Asked(url: try RequestURL(url.utf8), method: method, mediaType: type)
    }
}

extension PolicySnapshot {
    func verdict(
        _ url: String, by asker: Asker = Asker(), at now: Instant = at("2026-09-01T12:00:00Z"), method: String = "GET", type: String? = nil,
        state: any PolicyState = FreshState()
    ) throws -> (verdict: Verdict, rule: String) {
        let decision = decide(try Building.asked(url, method: method, type: type), by: identify(asker), at: now, state: state)
        return (decision.verdict, decision.ground.rule)
    }
}
