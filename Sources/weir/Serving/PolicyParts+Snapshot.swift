import PolicyCore
import VisitStore

extension PolicyParts {
    /// Every rule and every list in use of a policy.
    init(_ snapshot: PolicySnapshot) {
        let summary = snapshot.summary
        let rules = (summary.houseRules + summary.groups.flatMap(\.rules)).map { Rule(path: $0.path, sentence: $0.sentence) }
        let lists = Set(snapshot.document.categories.flatMap { $0.includes.lists.map(\.text) })
        self.init(rules: rules, lists: lists.sorted())
    }
}
