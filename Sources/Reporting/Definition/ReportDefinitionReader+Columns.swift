import Yams

extension ReportDefinitionReader {
    func columns(_ node: Node?, of root: Node) throws(ReportDefinitionError) -> [ReportColumn] {
        let nodes = try sequence(node, of: root, "columns")
        guard !nodes.isEmpty else { throw error(node ?? root, "`columns` must name at least one") }
        var columns: [ReportColumn] = []
        for item in nodes {
            let column = try column(item)
            if columns.contains(where: { $0.name == column.name }) { throw error(item, "there are two columns `\(column.name)`") }
            columns.append(column)
        }
        for (column, item) in zip(columns, nodes) { try checkLink(column, item, columns) }
        return columns
    }

    private func column(_ node: Node) throws(ReportDefinitionError) -> ReportColumn {
        let map = try mapping(node, known: ["name", "title", "kind", "empty", "link"])
        return ReportColumn(
            name: try text(map["name"], of: node, "name"), title: try words(map["title"], of: node, "title"),
            kind: try map["kind"].map { kind throws(ReportDefinitionError) in try choice(kind, ReportColumn.Kind.self) } ?? .text,
            empty: try map["empty"].map { empty throws(ReportDefinitionError) in try words(empty, of: node, "empty") },
            link: try map["link"].map { link throws(ReportDefinitionError) in try text(link, of: node, "link") })
    }

    private func checkLink(_ column: ReportColumn, _ node: Node, _ columns: [ReportColumn]) throws(ReportDefinitionError) {
        guard let link = column.link else { return }
        guard link.hasPrefix("/"), !link.hasPrefix("//") else { throw error(node, "`link` must be a path that begins with /") }
        for match in link.matches(of: /\{([^}]*)\}/) {
            let hole = match.output.1
            guard columns.contains(where: { hole == $0.name || hole == $0.name + ".end" }) else {
                throw error(node, "`link` takes column `\(hole)`, which is none of the report's")
            }
        }
    }

    func chart(_ node: Node, _ columns: [ReportColumn]) throws(ReportDefinitionError) -> ReportChart {
        let map = try mapping(node, known: ["kind", "label", "value", "row", "part", "plus", "beside"])
        guard let kind = map["kind"] else { throw error(node, "the chart needs a `kind`") }
        let chart = ReportChart(
            kind: try choice(kind, ReportChart.Kind.self), label: try text(map["label"], of: node, "label"),
            value: try text(map["value"], of: node, "value"), row: map["row"]?.scalar?.string, part: map["part"]?.scalar?.string,
            plus: map["plus"]?.scalar?.string, beside: map["beside"]?.scalar?.string)
        for name in chart.columns where !columns.contains(where: { $0.name == name }) {
            throw error(node, "the chart takes column `\(name)`, which is none of the report's")
        }
        if let problem = problem(chart, columns) { throw error(node, problem) }
        return chart
    }

    /// What keeps the chart from being drawn.
    private func problem(_ chart: ReportChart, _ columns: [ReportColumn]) -> String? {
        let label = columns.first { $0.name == chart.label }?.kind
        if (chart.kind == .heat) != (chart.row != nil) { return "`row` is for charts of kind heat, which need it" }
        if [chart.part, chart.plus, chart.beside].count(where: { $0 != nil }) > 1 {
            return "of `part`, `plus` and `beside` only one can be drawn"
        }
        if chart.beside != nil, chart.kind != .bars { return "`beside` is for charts of kind bars" }
        if (chart.part ?? chart.plus) != nil, chart.kind != .bars, chart.kind != .columns {
            return "`part` and `plus` are for charts of kind bars and columns"
        }
        switch chart.kind {
        case .columns where label != .day && label != .hour: return "a chart of kind columns needs a `label` of kind day or hour"
        case .minutes where label != .hour: return "a chart of kind minutes needs a `label` of kind hour"
        case .heat where label != .clock: return "a chart of kind heat needs a `label` of kind clock"
        default: return nil
        }
    }
}
