import Testing

@testable import PatternMatching

@Suite struct SourceSetTests {
    private func set(_ numbers: [Int]) -> SourceSet { SourceSet(numbers.map(SourceID.init(index:))) }

    @Test(arguments: [
        ([], [], [], true), ([3], [], [], false), ([3], [3], [], true), ([3], [], [3], true), ([3, 64], [3], [64], true),
        ([3, 64, 127], [3], [64], false), ([500], [499], [501], false), ([1, 70, 500], [1, 500], [70], true), ([700], [], [2], false),
    ])
    func subset(members: [Int], one: [Int], other: [Int], isIn: Bool) {
        #expect(set(members).isSubset(of: set(one), or: set(other)) == isIn)
    }
}
