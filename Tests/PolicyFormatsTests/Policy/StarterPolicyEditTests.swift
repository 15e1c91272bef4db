import PatternMatching
import PolicyCore
import Testing

@testable import PolicyFormats

/// Every form's change, made to the policies Weir ships: only what it is about changes, and it can be undone.
struct StarterPolicyEditTests {
    static func snapshot(_ text: String) throws -> PolicySnapshot {
        let reading = PolicyReader.read(text, file: "p.yaml", zones: FileZones())
        let document = try #require(reading.document, "\(reading.diagnostics)")
        return try PolicySnapshot.compile(document, generation: 1, lists: .none, zones: FileZones(), grants: [])
    }

    @Test(arguments: ["home", "school", "isp"], OwnEntry.Key.allCases) func entries(_ name: String, _ key: OwnEntry.Key) throws {
        let text = try StarterPoliciesTests.text("\(name).yaml")
        let before = try StarterPolicyEditTests.snapshot(text).summary
        for category in before.categories.map(\.name).prefix(6) {
            let entry = "zz.test/\(key == .sites ? "" : "a")".split(separator: "/").joined(separator: "/")
            let added = try PolicyEdit.addEntry(category: category, key: key, text: entry).apply(to: text)
            var expected = before
            for index in expected.categories.indices where expected.categories[index].name == category {
                expected.categories[index].ownEntries += 1
            }
            #expect(try StarterPolicyEditTests.snapshot(added).summary == expected, "\(category)")
            #expect(added.split(separator: "\n").count - text.split(separator: "\n").count <= 1)
            let removed = try PolicyEdit.removeEntry(category: category, key: key, text: entry).apply(to: added)
            #expect(try StarterPolicyEditTests.snapshot(removed).summary == before)
            let hadEntries = try PolicyText(text).node(["categories", category, key.rawValue]) != nil
            if hadEntries { #expect(removed == text) }
        }
    }

    @Test(arguments: ["home", "school", "isp"]) func clientsAndSchedules(_ name: String) throws {
        let text = try StarterPoliciesTests.text("\(name).yaml")
        let before = try StarterPolicyEditTests.snapshot(text).summary
        let client = ClientDeclaration(name: "zz", group: "default", addresses: [try #require(IPPrefix("192.0.2.77"))], users: ["z z"])
        let added = try PolicyEdit.setClient(client).apply(to: text)
        let after = try StarterPolicyEditTests.snapshot(added)
        #expect(after.summary.clients.last?.users == ["z z"] && after.summary.clients.count == before.clients.count + 1)
        #expect(after.identify(Asker(address: IPAddress("192.0.2.77"))).client == "zz")
        #expect(try StarterPolicyEditTests.snapshot(try PolicyEdit.removeClient(name: "zz").apply(to: added)).summary == before)

        let schedule = try #require(PolicyReader.read(text, file: "p", zones: FileZones()).document?.schedules.first)
        let rewritten = try PolicyEdit.setSchedule(schedule).apply(to: text)
        #expect(try StarterPolicyEditTests.snapshot(rewritten).summary == before)
        let list = ListDeclaration(name: "zz", source: "lists/zz.hosts", format: .hosts, isRequired: true)
        let listed = try PolicyEdit.addListToCategory(category: "blocked", list: "zz").apply(
            to: try PolicyEdit.setList(list).apply(to: text))
        #expect(try StarterPolicyEditTests.snapshot(listed).document.usedMembers["zz"] == [""])
        let bare = try PolicyEdit.removeList(name: "zz").apply(
            to: try PolicyEdit.removeListFromCategory(category: "blocked", list: "zz").apply(to: listed))
        #expect(try StarterPolicyEditTests.snapshot(bare).document.lists.count == before.lists)
    }

    /// Texts written in every odd way: the change is made and nothing else is, or it is refused; never is the policy broken.
    @Test func oddTexts() throws {
        var random = SeededGenerator(state: 5)
        let good = try StarterPoliciesTests.text("school.yaml")
        for _ in 0..<40 {
            var lines = good.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            for _ in 0..<4 {
                let index = Int.random(in: 0..<lines.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: lines.remove(at: index)
                case 1: lines.insert("  # it's \"odd\" [", at: index)
                case 2: lines[index] += "   # }"
                default: lines[index] = lines[index].split(separator: ",").joined(separator: " ,")
                }
            }
            let text = lines.joined(separator: "\n")
            guard PolicyReader.read(text, file: "p", zones: FileZones()).document != nil else { continue }
            let before = try StarterPolicyEditTests.snapshot(text).summary
            for category in before.categories.shuffled(using: &random).prefix(2) {
                guard let added = try? PolicyEdit.addEntry(category: category.name, key: .sites, text: "zz.test").apply(to: text) else {
                    continue
                }
                let after = try StarterPolicyEditTests.snapshot(added).summary
                #expect(after.categories.first { $0.name == category.name }?.ownEntries == category.ownEntries + 1, "\(added)")
                #expect(after.groups == before.groups && after.clients == before.clients && after.schedules == before.schedules)
            }
        }
    }
}

extension PolicySummary {
    /// No summary tells lists: the starter policies' own are counted by what categories take.
    fileprivate var lists: Int { Set(categories.flatMap(\.lists).map { $0.prefix { $0 != "/" } }).count }
}
