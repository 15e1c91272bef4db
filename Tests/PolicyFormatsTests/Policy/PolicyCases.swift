import Foundation
import PatternMatching
import PolicyCore
import Testing
import Yams

@testable import PolicyFormats

/// One example: a question and what must be in the answer, or a policy to check.
///
/// `@unchecked Sendable`: YAML nodes are not declared sendable, but these are never changed once the file was read.
struct PolicyCase: CustomTestStringConvertible, @unchecked Sendable {
    let id: String
    let says: String
    let policy: String
    let question: String
    let expected: [(key: String, value: Node)]
    let exit: Int?
    let lines: [(line: Int, offers: String?)]

    var testDescription: String { "\(id): \(says)" }
    var expectsError: Bool { expected.contains { $0.key == "error" } }
}

/// The file of examples.
struct PolicyCases {
    static let shared = PolicyCases()

    let asking: [PolicyCase]
    let checking: [PolicyCase]
    private let policies: [String: String]
    private let files: [String: String]

    private init() {
        // By its place in the source tree: found however the package was built.
        let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../Fixtures/policy-cases.yaml")
        let text = (try? String(contentsOf: url, encoding: .utf8)) ?? ""
        let root = (try? Yams.compose(yaml: text)) ?? [:]
        policies = PolicyCases.texts(root["policies"])
        files = PolicyCases.texts(root["files"])
        let cases = (root["cases"]?.array() ?? []).map(PolicyCases.example)
        asking = cases.filter { $0.exit == nil }
        checking = cases.filter { $0.exit != nil }
    }

    func text(_ policy: String) -> String { policies[policy] ?? "" }

    func snapshot(_ policy: String) throws -> PolicySnapshot {
        let reading = PolicyReader.read(text(policy), file: "\(policy).yaml", zones: FileZones())
        guard let document = reading.document else { throw PolicyEditError("\(reading.diagnostics)") }
        return try PolicySnapshot.compile(document, generation: 1, lists: try lists(document), zones: FileZones(), grants: [])
    }

    /// The document's lists, read as the hosts files they are.
    private func lists(_ document: PolicyDocument) throws -> ListSet {
        if document.lists.isEmpty { return .none }
        var taken = TakenEntries()
        var sources: [String: SourceID] = [:]
        for list in document.lists {
            taken.source = taken.builder.source(named: list.name)
            sources[list.name] = taken.source
            var reader = ListReader(syntax: .hosts)
            Array((files[list.source] ?? "").utf8).withUnsafeBytes { reader.read($0, into: &taken) }
            reader.finish(into: &taken)
        }
        return ListSet(index: try MatchIndex(bytes: taken.builder.finish()), sources: sources)
    }

    /// Whether an expected value is the one in the answer; times are compared as moments.
    static func agrees(_ expected: Node, _ found: JSONValue?) -> Bool {
        switch (expected, found) {
        case (.scalar(let scalar), .null?): return scalar.style == .plain && scalar.string == "null"
        case (.scalar(let scalar), .string(let text)?):
            if let moment = Instant(rfc3339: scalar.string) { return Instant(rfc3339: text) == moment }
            return scalar.string == text
        case (.scalar(let scalar), .number(let text)?): return scalar.string == text
        case (.sequence(let items), .array(let values)?):
            return items.count == values.count && zip(items, values).allSatisfy { agrees($0, $1) }
        case (.mapping(let pairs), .object?): return pairs.allSatisfy { agrees($0.value, found?[$0.key.string ?? ""]) }
        default: return false
        }
    }

    private static func texts(_ node: Node?) -> [String: String] {
        Dictionary((node?.mapping.map(Array.init) ?? []).map { ($0.key.string ?? "", $0.value.string ?? "") }, uniquingKeysWith: { $1 })
    }

    private static func example(_ node: Node) -> PolicyCase {
        let then = node["then"]?.mapping.map { Array($0) } ?? []
        let errors = node["then"]?["errors"]?.array() ?? []
        return PolicyCase(
            id: node["id"]?.string ?? "", says: node["says"]?.string ?? "", policy: node["policy"]?.string ?? "",
            question: json(node["when"] ?? [:]),
            expected: then.map { ($0.key.string ?? "", $0.value) }, exit: node["then"]?["check"]?.int,
            lines: errors.map { (line: $0["line"]?.int ?? 0, offers: $0["offers"]?.string) })
    }

    private static func json(_ node: Node) -> String {
        var writer = JSONWriter()
        writer.value(value(node))
        return writer.text
    }

    private static func value(_ node: Node) -> JSONValue {
        switch node {
        case .mapping(let pairs): .object(pairs.map { ($0.key.string ?? "", value($0.value)) })
        case .sequence(let items): .array(items.map { value($0) })
        case .scalar(let scalar):
            if scalar.style == .plain, scalar.string == "null" {
                .null
            } else if let number = node.int {
                .number("\(number)")
            } else {
                .string(scalar.string)
            }
        case .alias: .null
        }
    }
}

private struct TakenEntries: ListSink {
    var builder = MatchIndexBuilder()
    var source = SourceID(index: 0)

    mutating func take(_ entry: ListEntry) { try? builder.add(entry, to: source) }
    mutating func reject(line: Int, reason: String, text: UnsafeRawBufferPointer) {}
}
