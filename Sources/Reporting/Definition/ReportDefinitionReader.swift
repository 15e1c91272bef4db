import Yams

/// Reads a report's YAML; the first thing wrong is thrown with its place.
struct ReportDefinitionReader {
    let file: String

    /// - Parameter name: the report's, from its file's name.
    func read(_ yaml: String, name: String) throws(ReportDefinitionError) -> ReportDefinition {
        let root = try compose(yaml)
        let top = try mapping(root, known: ["title", "description", "filters", "days", "sql", "columns", "chart"])
        let columns = try sequence(top["columns"], of: root, "columns").map { node throws(ReportDefinitionError) in try column(node) }
        guard !columns.isEmpty else { throw error(root, "`columns` must name at least one") }
        let filters = try top["filters"].map { node throws(ReportDefinitionError) in
            try sequence(node, of: root, "filters").map { item throws(ReportDefinitionError) in
                try choice(item, ReportDefinition.Filter.self)
            }
        }
        var days = 7
        if let node = top["days"] {
            guard let number = node.scalar.flatMap({ Int($0.string) }), (1...3_660).contains(number) else {
                throw error(node, "`days` must be a whole number from 1 to 3660")
            }
            days = number
        }
        return ReportDefinition(
            name: name, title: try words(top["title"], of: root, "title"),
            description: try top["description"].map { node throws(ReportDefinitionError) in
                try words(node, of: root, "description")
            } ?? ["en": ""],
            filters: filters ?? [], defaultDays: days, sql: try text(top["sql"], of: root, "sql"), columns: columns,
            chart: try top["chart"].map { node throws(ReportDefinitionError) in try chart(node, columns) })
    }

    private func compose(_ text: String) throws(ReportDefinitionError) -> Node {
        do {
            if let node = try Yams.compose(yaml: text) { return node }
        } catch let problem as YamlError {
            if case .scanner(_, let what, let mark, _) = problem { throw at(mark, what) }
            if case .parser(_, let what, let mark, _) = problem { throw at(mark, what) }
            throw at(nil, "\(problem)")
        } catch {
            throw at(nil, "\(error)")
        }
        throw at(nil, "the file is empty")
    }

    private func column(_ node: Node) throws(ReportDefinitionError) -> ReportColumn {
        let map = try mapping(node, known: ["name", "title", "kind", "link"])
        return ReportColumn(
            name: try text(map["name"], of: node, "name"), title: try words(map["title"], of: node, "title"),
            kind: try map["kind"].map { kind throws(ReportDefinitionError) in try choice(kind, ReportColumn.Kind.self) } ?? .text,
            link: map["link"]?.scalar?.string)
    }

    private func chart(_ node: Node, _ columns: [ReportColumn]) throws(ReportDefinitionError) -> ReportChart {
        let map = try mapping(node, known: ["kind", "label", "value", "row", "part"])
        let chart = ReportChart(
            kind: try choice(map["kind"] ?? node, ReportChart.Kind.self), label: try text(map["label"], of: node, "label"),
            value: try text(map["value"], of: node, "value"), row: map["row"]?.scalar?.string, part: map["part"]?.scalar?.string)
        for name in [chart.label, chart.value, chart.row, chart.part].compactMap({ $0 }) where !columns.contains(where: { $0.name == name })
        {
            throw error(node, "the chart takes column `\(name)`, which is none of the report's")
        }
        guard (chart.kind == .heat) == (chart.row != nil) else { throw error(node, "`row` is for charts of kind heat, which need it") }
        return chart
    }

    private func mapping(_ node: Node, known: [String]) throws(ReportDefinitionError) -> [String: Node] {
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

    private func sequence(_ node: Node?, of parent: Node, _ key: String) throws(ReportDefinitionError) -> [Node] {
        guard let sequence = node?.sequence else { throw error(node ?? parent, "`\(key)` must be a list") }
        return Array(sequence)
    }

    private func text(_ node: Node?, of parent: Node, _ key: String) throws(ReportDefinitionError) -> String {
        guard let text = node?.scalar?.string, !text.isEmpty else { throw error(node ?? parent, "`\(key)` must be text") }
        return text
    }

    /// Text alone is English.
    private func words(_ node: Node?, of parent: Node, _ key: String) throws(ReportDefinitionError) -> [String: String] {
        if let text = node?.scalar?.string { return ["en": text] }
        guard let node, let mapping = node.mapping else { throw error(node ?? parent, "`\(key)` must be text, or text by language") }
        var words: [String: String] = [:]
        for (language, text) in mapping {
            guard let language = language.scalar?.string, let text = text.scalar?.string else {
                throw error(node, "`\(key)` must be text by language")
            }
            words[language] = text
        }
        guard words["en"] != nil else { throw error(node, "`\(key)` needs an `en`") }
        return words
    }

    private func choice<T: RawRepresentable & CaseIterable>(_ node: Node, _: T.Type) throws(ReportDefinitionError) -> T
    where T.RawValue == String {
        guard let value = T(rawValue: node.scalar?.string ?? "") else {
            throw error(node, "must be one of \(T.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return value
    }

    private func error(_ node: Node, _ message: String) -> ReportDefinitionError { at(node.mark, message) }

    private func at(_ mark: Mark?, _ message: String) -> ReportDefinitionError {
        ReportDefinitionError(file: file, line: mark?.line ?? 1, column: mark?.column ?? 1, message: message)
    }
}
