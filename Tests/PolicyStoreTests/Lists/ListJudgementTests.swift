import PolicyFormats
import Testing

@testable import PolicyStore

@Suite struct ListJudgementTests {
    /// A version of a list of members.
    private static func version(_ members: [String: Int]) -> ListInspection {
        ListInspection(
            syntax: nil, entries: members.values.reduce(0, +), rejected: 0, rejectedLines: [],
            members: members.map { ListMember(name: $0.key, entries: $0.value) }, missingMembers: [], header: ListHeader(), hash: "",
            commonHosts: 0)
    }

    @Test(
        arguments: [
            (["adult": 1_000_000, "gambling": 1_300], .accept),
            (["adult": 990_000, "gambling": 1_200], .accept),
            (["adult": 1_000_000, "gambling": 130], .hold("its member gambling shrank from 1300 to 130 entries")),
            (["adult": 1_000_000], .hold("its member gambling shrank from 1300 to 0 entries")),
            (["adult": 1_000_000, "gambling": 13_000], .hold("its member gambling grew from 1300 to 13000 entries")),
            (["adult": 100_000, "gambling": 1_300], .hold("it shrank from 1001300 to 101300 entries")),
        ] as [([String: Int], ListJudgement)])
    func oneMemberBesideAMuchLargerOne(_ members: [String: Int], _ expected: ListJudgement) {
        let old = Self.version(["adult": 1_000_000, "gambling": 1_300, "unused": 5_000])
        let judgement = ListJudgement.of(Self.version(members), after: old, used: ["adult", "gambling"], isRemote: true)
        #expect(judgement == expected)
    }
}
