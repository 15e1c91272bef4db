import Yams

/// One mapping of `weir.yaml`: hands out its keys' values, and afterwards knows which keys nobody asked for.
final class ConfigurationSection {
    private let file: String
    private let path: String
    private let mapping: Node.Mapping?
    private let place: Mark?
    private var asked: [String] = []
    private let report: (ConfigurationProblem) -> Void

    /// - Parameter node: nil or null for a section that is not written: everything keeps its default.
    init(_ node: Node?, path: String, file: String, report: @escaping (ConfigurationProblem) -> Void) {
        self.file = file
        self.path = path
        self.report = report
        place = node?.mark
        mapping = node?.mapping
        if let node, mapping == nil, !Self.isNull(node) {
            problem(node, "\(path.isEmpty ? "a configuration" : "`\(path)`") must hold keys and values")
        }
    }

    static func isNull(_ node: Node) -> Bool {
        guard let scalar = node.scalar else { return false }
        return scalar.style == .plain && ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }

    func problem(_ node: Node?, _ message: String) { report(remark(node, message)) }

    /// What is to be said about a place, which need not be wrong.
    func remark(_ node: Node?, _ message: String) -> ConfigurationProblem {
        let mark = node?.mark ?? place
        return ConfigurationProblem(file: file, line: mark?.line ?? 1, column: mark?.column ?? 1, message: message)
    }

    private func name(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    /// The value written for `key`; a null counts as not written.
    func node(_ key: String) -> Node? {
        asked.append(key)
        guard let node = mapping?[key], !Self.isNull(node) else { return nil }
        return node
    }

    func section(_ key: String) -> ConfigurationSection {
        ConfigurationSection(node(key), path: name(key), file: file, report: report)
    }

    func text(_ key: String, _ into: inout String) {
        guard let node = node(key) else { return }
        guard let text = node.scalar?.string else { return problem(node, "`\(name(key))` must be text") }
        into = text
    }

    func text(_ key: String, _ into: inout String?) {
        var value = into ?? ""
        guard mapping?[key] != nil else { return asked.append(key) }
        text(key, &value)
        into = value.isEmpty ? nil : value
    }

    func number(_ key: String, _ range: ClosedRange<Int>, _ into: inout Int) {
        guard let node = node(key) else { return }
        guard let number = node.scalar.flatMap({ Int($0.string) }), range.contains(number) else {
            return problem(node, "`\(name(key))` must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        into = number
    }

    func flag(_ key: String, _ into: inout Bool) {
        guard let node = node(key) else { return }
        switch node.scalar?.string.lowercased() {
        case "on", "yes", "true": into = true
        case "off", "no", "false": into = false
        default: problem(node, "`\(name(key))` must be on or off")
        }
    }

    func choice<T: RawRepresentable & CaseIterable>(_ key: String, _ into: inout T) where T.RawValue == String {
        guard let node = node(key) else { return }
        let word = node.scalar?.string ?? ""
        // YAML's own switches: `on` and `off` stand for themselves.
        guard let value = T(rawValue: word) ?? T(rawValue: word.lowercased()) else {
            let known = T.allCases.map(\.rawValue)
            return problem(node, "`\(name(key))` must be one of \(known.joined(separator: ", "))\(Nearest.hint(for: word, among: known))")
        }
        into = value
    }

    /// A list of values, a single value standing for a list of one; `read` gives nil for one that is wrong, `what` says what it must be.
    func list<T>(_ key: String, what: String, _ into: inout [T], _ read: (String) -> T?) {
        guard let node = node(key) else { return }
        var values: [T] = []
        for item in node.sequence.map(Array.init) ?? [node] {
            if let text = item.scalar?.string, let value = read(text) {
                values.append(value)
            } else {
                problem(item, "`\(name(key))`: \(item.scalar.map { "\"\($0.string)\" is not" } ?? "not") \(what)")
            }
        }
        into = values
    }

    /// The keys of a section whose keys are the user's own.
    func entries() -> [(key: String, node: Node)] {
        (mapping ?? [:]).compactMap { key, value in
            guard let key = key.scalar?.string else {
                problem(key, "a key must be text")
                return nil
            }
            asked.append(key)
            return (key, value)
        }
    }

    /// Reports every key that nobody asked for.
    func finish() {
        for (key, _) in mapping ?? [:] {
            guard let word = key.scalar?.string else {
                problem(key, "a key must be text")
                continue
            }
            if !asked.contains(word) {
                problem(key, "unknown key `\(name(word))`\(Nearest.hint(for: word, among: asked))")
            }
        }
    }
}
