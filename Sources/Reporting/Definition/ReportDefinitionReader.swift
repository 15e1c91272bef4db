import Yams

/// Reads a report's YAML; the first thing wrong is thrown with its place.
struct ReportDefinitionReader {
    let file: String

    /// - Parameter name: the report's, from its file's name.
    func read(_ yaml: String, name: String) throws(ReportDefinitionError) -> ReportDefinition {
        let root = try compose(yaml)
        let top = try mapping(root, known: ["title", "description", "filters", "days", "sql", "columns", "chart"])
        let columns = try columns(top["columns"], of: root)
        let (sql, bound) = try statement(top["sql"], of: root)
        return ReportDefinition(
            name: name, title: try words(top["title"], of: root, "title"),
            description: try top["description"].map { node throws(ReportDefinitionError) in
                try words(node, of: root, "description")
            } ?? ["en": ""],
            filters: try filters(top["filters"], of: root, bound), defaultDays: try days(top["days"]), sql: sql, bound: bound,
            columns: columns,
            chart: try top["chart"].map { node throws(ReportDefinitionError) in try chart(node, columns) })
    }

    private func compose(_ text: String) throws(ReportDefinitionError) -> Node {
        do {
            if let node = try Yams.compose(yaml: text) { return node }
        } catch let problem as YamlError {
            switch problem {
            case .scanner(_, let what, let mark, _), .parser(_, let what, let mark, _), .composer(_, let what, let mark, _):
                throw at(mark, what)
            case .duplicatedKeysInMapping(let keys, let context):
                throw at(context.mark, "`\(keys.sorted().joined(separator: "`, `"))` stands here twice")
            default: throw at(nil, "\(problem)")
            }
        } catch {
            throw at(nil, "\(error)")
        }
        throw at(nil, "the file is empty")
    }

    private func days(_ node: Node?) throws(ReportDefinitionError) -> Int {
        guard let node else { return 7 }
        guard let number = node.scalar.flatMap({ Int($0.string) }), (1...3_660).contains(number) else {
            throw error(node, "`days` must be a whole number from 1 to 3660")
        }
        return number
    }

    private func statement(_ node: Node?, of root: Node) throws(ReportDefinitionError) -> (String, Set<BoundName>) {
        let sql = try text(node, of: root, "sql")
        let (bound, unknown) = BoundName.used(in: sql)
        if let unknown {
            let known = BoundName.allCases.map { ":" + $0.rawValue }.joined(separator: ", ")
            throw error(node ?? root, "nothing is bound to `:\(unknown)`; known are \(known)")
        }
        return (sql, bound)
    }

    private func filters(
        _ node: Node?, of root: Node, _ bound: Set<BoundName>
    ) throws(ReportDefinitionError) -> [ReportDefinition.Filter] {
        guard let node else { return [] }
        return try sequence(node, of: root, "filters").map { item throws(ReportDefinitionError) in
            let filter = try choice(item, ReportDefinition.Filter.self)
            guard bound.contains(where: { $0.rawValue == filter.rawValue }) else {
                throw error(item, "the SQL does not use `:\(filter.rawValue)`: the filter would do nothing")
            }
            return filter
        }
    }

    func mapping(_ node: Node, known: [String]) throws(ReportDefinitionError) -> [String: Node] {
        guard let mapping = node.mapping else { throw error(node, "keys and values are expected here: \(known.joined(separator: ", "))") }
        var map: [String: Node] = [:]
        for (key, value) in mapping {
            guard let word = key.scalar?.string, known.contains(word) else {
                throw error(key, "unknown key `\(key.scalar?.string ?? "?")`; known are \(known.joined(separator: ", "))")
            }
            map[word] = value
        }
        return map
    }

    func sequence(_ node: Node?, of parent: Node, _ key: String) throws(ReportDefinitionError) -> [Node] {
        guard let sequence = node?.sequence else { throw error(node ?? parent, "`\(key)` must be a list") }
        return Array(sequence)
    }

    func text(_ node: Node?, of parent: Node, _ key: String) throws(ReportDefinitionError) -> String {
        guard let text = node?.scalar?.string, !text.isEmpty else { throw error(node ?? parent, "`\(key)` must be text") }
        return text
    }

    /// Text alone is English.
    func words(_ node: Node?, of parent: Node, _ key: String) throws(ReportDefinitionError) -> [String: String] {
        if let text = node?.scalar?.string { return ["en": text] }
        guard let node, let mapping = node.mapping else { throw error(node ?? parent, "`\(key)` must be text, or text by language") }
        var words: [String: String] = [:]
        for (language, text) in mapping {
            guard let word = language.scalar?.string, let text = text.scalar?.string else {
                throw error(text, "`\(key)` must be text by language")
            }
            words[word] = text
        }
        guard words["en"] != nil else { throw error(node, "`\(key)` needs an `en`") }
        return words
    }

    func choice<T: RawRepresentable & CaseIterable>(_ node: Node, _: T.Type) throws(ReportDefinitionError) -> T where T.RawValue == String {
        guard let value = T(rawValue: node.scalar?.string ?? "") else {
            throw error(node, "must be one of \(T.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return value
    }

    func error(_ node: Node, _ message: String) -> ReportDefinitionError { at(node.mark, message) }

    private func at(_ mark: Mark?, _ message: String) -> ReportDefinitionError {
        ReportDefinitionError(file: file, line: mark?.line ?? 1, column: mark?.column ?? 1, message: message)
    }
}
