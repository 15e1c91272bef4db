import Foundation
import PatternMatching
import PolicyCore
import Testing

@testable import PolicyFormats

/// The policies Weir ships.
struct StarterPoliciesTests {
    static func text(_ file: String) throws -> String {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../../policies")
        return try String(contentsOf: root.appendingPathComponent(file), encoding: .utf8)
    }

    static func snapshot(_ name: String) throws -> PolicySnapshot {
        let reading = PolicyReader.read(try text("\(name).yaml"), file: "\(name).yaml", zones: FileZones())
        let document = try #require(reading.document, "\(reading.diagnostics)")
        let lists = ListSet(index: nil, sources: [:], missing: Set(document.lists.map(\.name)))
        return try PolicySnapshot.compile(document, generation: 1, lists: lists, zones: FileZones(), grants: [])
    }

    @Test(arguments: ["home", "school", "isp"]) func isGood(_ name: String) throws {
        let reading = PolicyReader.read(try StarterPoliciesTests.text("\(name).yaml"), file: "\(name).yaml", zones: FileZones())
        #expect(reading.diagnostics.isEmpty, "\(reading.diagnostics)")
        let snapshot = try StarterPoliciesTests.snapshot(name)
        #expect(snapshot.summary.groups.allSatisfy { !$0.effectiveRules.isEmpty })
    }

    /// The list of Toulouse as the comment at the end of home.yaml writes it is one the reader takes.
    @Test func commentedList() throws {
        let text = try StarterPoliciesTests.text("home.yaml")
        let lines = text.split(separator: "\n").filter { $0.hasPrefix("# lists:") || $0.hasPrefix("#   ut1:") }.map { $0.dropFirst(2) }
        #expect(lines.count == 2)
        let reading = PolicyReader.read(text + lines.joined(separator: "\n") + "\n", file: "home.yaml", zones: FileZones())
        #expect(reading.diagnostics.isEmpty, "\(reading.diagnostics)")
        #expect(reading.document?.lists.first?.format == .ut1)
    }

    /// The schema knows the keys and words the reader knows, and no others.
    @Test func schemaAgrees() throws {
        let schema = try JSONReader.read(try StarterPoliciesTests.text("policy.schema.json"))
        func keys(_ value: JSONValue?) -> Set<String> {
            guard case .object(let pairs)? = value?["properties"] else { return [] }
            return Set(pairs.map(\.key))
        }
        let parts = schema["$defs"]
        #expect(keys(schema) == Set(DocumentReader.keys))
        #expect(keys(parts?["client"]) == Set(DocumentReader.clientKeys))
        #expect(keys(parts?["group"]) == Set(DocumentReader.groupKeys))
        #expect(keys(parts?["houseRule"]) == Set(DocumentReader.ruleKeys))
        #expect(keys(parts?["rule"]) == Set(DocumentReader.ruleKeys).subtracting(["final"]))
        #expect(keys(parts?["schedule"]) == Set(DocumentReader.scheduleKeys))
        #expect(keys(parts?["list"]) == Set(DocumentReader.listKeys))
        #expect(keys(parts?["category"]) == Set(DocumentReader.categoryKeys))
        #expect(keys(parts?["sources"]) == Set(DocumentReader.sourceKeys))
        #expect(
            parts?["list"]?["properties"]?["format"]?["enum"]
                == .array(ListDeclaration.Format.allCases.map { .string($0.rawValue) }))
    }
}
