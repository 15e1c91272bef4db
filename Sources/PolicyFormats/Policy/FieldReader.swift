import PolicyCore

/// A mapping's values by key.
typealias Fields = [String: YAMLNode.Pair]

/// Reads the values YAML nodes stand for and reports what is none.
struct FieldReader {
    let sink: DiagnosticSink

    /// A mapping that may hold `keys` alone; unknown ones are reported with the nearest that is known.
    /// - Parameter what: what it is, for messages.
    /// - Returns: nil where the node is no mapping; an empty one where nothing is written.
    func mapping(_ node: YAMLNode, _ what: String, keys: [String]) -> Fields? {
        guard let pairs = pairs(node, what) else { return nil }
        var fields: Fields = [:]
        for pair in pairs {
            if keys.contains(pair.key) {
                fields[pair.key] = pair
            } else {
                sink.error(pair.keyPlace, "unknown key \"\(pair.key)\" in \(what)\(NearestName.offer(pair.key, among: keys))")
            }
        }
        return fields
    }

    /// Any mapping's pairs; nothing written stands for none.
    func pairs(_ node: YAMLNode, _ what: String) -> [YAMLNode.Pair]? {
        switch node.content {
        case .mapping(let pairs): return pairs
        case .nothing: return []
        default:
            sink.error(node.place, "\(what) must be a mapping (name: value), not \(node.kind)")
            return nil
        }
    }

    /// A list; a single value stands for a list of one, nothing written for none.
    func list(_ node: YAMLNode) -> [YAMLNode] {
        switch node.content {
        case .list(let items): items
        case .nothing: []
        default: [node]
        }
    }

    /// A list that must not be empty.
    func filledList(_ node: YAMLNode, _ what: String) -> [YAMLNode] {
        let items = list(node)
        if items.isEmpty { sink.error(node.place, "\(what) is empty") }
        return items
    }

    /// Text, whatever YAML would make of it.
    func text(_ node: YAMLNode, _ what: String) -> String? {
        guard case .text(let text) = node.content else {
            sink.error(node.place, "\(what) must be text, not \(node.kind)")
            return nil
        }
        guard !text.isEmpty else {
            sink.error(node.place, "\(what) is empty")
            return nil
        }
        return text
    }

    func flag(_ node: YAMLNode, _ what: String) -> Bool? {
        guard let text = text(node, what) else { return nil }
        switch text.lowercased() {
        case "on", "yes", "true": return true
        case "off", "no", "false": return false
        default:
            sink.error(node.place, "\(what) is on or off, not \"\(text)\"")
            return nil
        }
    }

    /// One of a few words. `off`, `no` and `false` are the same word, and so are `on`, `yes` and `true`.
    func choice<Choice: RawRepresentable<String> & CaseIterable>(_ node: YAMLNode, _ what: String, _ type: Choice.Type) -> Choice? {
        guard let text = text(node, what) else { return nil }
        let words = Choice.allCases.map(\.rawValue)
        let same = ["no": "off", "false": "off", "yes": "on", "true": "on"]
        if let choice = Choice(rawValue: text) ?? same[text.lowercased()].flatMap(Choice.init(rawValue:)) { return choice }
        sink.error(
            node.place, "\(what) is \(words.joined(separator: ", ")), not \"\(text)\"\(NearestName.offer(text, among: words))")
        return nil
    }
}
