import Testing

@testable import Reporting

@Suite struct ReportDefinitionReaderTests {
    private static let good = """
        title: { en: Sites, de: Sites }
        days: 3
        filters: [client]
        sql: |
          SELECT site AS name, day FROM v_day_client_site WHERE day BETWEEN :first_day AND :last_day AND client = :client LIMIT :limit
        columns:
          - { name: name, title: Site, link: "/visits?site={name}&to={day.end}", empty: none }
          - { name: day, title: { en: Day }, kind: day }
        chart: { kind: columns, label: day, value: name }
        """

    @Test func readsEverything() throws {
        let definition = try ReportDefinitionReader(file: "sites.yaml").read(Self.good, name: "sites")
        #expect(definition.name == "sites" && definition.title == ["en": "Sites", "de": "Sites"] && definition.defaultDays == 3)
        #expect(definition.description == ["en": ""] && definition.filters == [.client])
        #expect(definition.bound == [.firstDay, .lastDay, .client, .limit])
        #expect(definition.columns.map(\.kind) == [.text, .day])
        #expect(definition.columns.first?.title == ["en": "Site"] && definition.columns.first?.empty == ["en": "none"])
        #expect(definition.chart == ReportChart(kind: .columns, label: "day", value: "name"))
    }

    /// What stands in the good file, what is written in its place, and what is said about it.
    static let mistakes: [(old: String, new: String, error: String)] = [
        ("title: { en: Sites, de: Sites }\n", "", "1:1: `title` must be text, or text by language"),
        ("{ en: Sites, de: Sites }", "{ de: Sites }", "1:8: `title` needs an `en`"),
        ("{ en: Sites, de: Sites }", "{ en: [a], de: b }", "1:14: `title` must be text by language"),
        ("days: 3", "days: 0", "2:7: `days` must be a whole number from 1 to 3660"),
        ("days: 3", "days: soon", "2:7: `days` must be a whole number from 1 to 3660"),
        ("days: 3", "dais: 3", "2:1: unknown key `dais`; known are title, description, filters, days, sql, columns, chart"),
        ("days: 3", "days: 3\ndays: 4", "2:1: `days` stands here twice"),
        ("filters: [client]", "filters: client", "3:10: `filters` must be a list"),
        ("filters: [client]", "filters: [host]", "3:11: must be one of client, group, site, category"),
        ("filters: [client]", "filters: [client, group]", "3:19: the SQL does not use `:group`: the filter would do nothing"),
        (
            ":limit", ":rows",
            "4:6: nothing is bound to `:rows`; known are :first_day, :last_day, :before_day, :from, :to, :from_hour, :to_hour, :by_day, :client, :group, :site, :category, :limit"
        ),
        ("columns:\n", "colums:\n", "6:1: unknown key `colums`; known are title, description, filters, days, sql, columns, chart"),
        ("name: day,", "name: name,", "8:5: there are two columns `name`"),
        (
            "kind: day }", "kind: date }",
            "8:44: must be one of text, count, bytes, minutes, percent, time, hour, day, weekday, clock, hidden"
        ),
        ("kind: day }", "sort: day }", "8:38: unknown key `sort`; known are name, title, kind, empty, link"),
        ("{name}", "{nam}", "7:5: `link` takes column `nam`, which is none of the report's"),
        ("\"/visits?", "\"//evil.example?", "7:5: `link` must be a path that begins with /"),
        ("\"/visits?", "\"javascript:", "7:5: `link` must be a path that begins with /"),
        ("label: day, value: name", "label: day, value: visits", "9:8: the chart takes column `visits`, which is none of the report's"),
        ("label: day, value: name", "label: name, value: name", "9:8: a chart of kind columns needs a `label` of kind day or hour"),
        ("kind: columns, label", "kind: heat, label", "9:8: `row` is for charts of kind heat, which need it"),
        ("kind: columns, label", "kind: minutes, label", "9:8: a chart of kind minutes needs a `label` of kind hour"),
        ("kind: columns, label", "kind: bars, row: name, label", "9:8: `row` is for charts of kind heat, which need it"),
        ("kind: columns, label", "kind: pie, label", "9:16: must be one of bars, columns, heat, minutes"),
        (
            "kind: columns, label", "part: name, plus: name, kind: columns, label",
            "9:8: of `part`, `plus` and `beside` only one can be drawn"
        ),
        ("kind: columns, label", "beside: name, kind: columns, label", "9:8: `beside` is for charts of kind bars"),
        ("chart: { kind: columns, ", "chart: { ", "9:8: the chart needs a `kind`"),
    ]

    @Test(arguments: mistakes) func namesThePlaceOfAMistake(_ mistake: (old: String, new: String, error: String)) throws {
        #expect(Self.good.contains(mistake.old))
        let yaml = Self.good.replacing(mistake.old, with: mistake.new, maxReplacements: 1)
        let error = #expect(throws: ReportDefinitionError.self) { try ReportDefinitionReader(file: "sites.yaml").read(yaml, name: "sites") }
        #expect(error?.description == "sites.yaml:" + mistake.error)
    }

    @Test(arguments: [
        ("", "1:1: the file is empty"),
        ("[a, b]", "1:1: keys and values are expected here: title, description, filters, days, sql, columns, chart"),
        ("just text", "1:1: keys and values are expected here: title, description, filters, days, sql, columns, chart"),
        ("title: Sites\nsql: SELECT 1\ncolumns: []", "3:10: `columns` must name at least one"),
        ("title: Sites\nsql: SELECT 1", "1:1: `columns` must be a list"),
        ("title: Sites\ncolumns: [{ name: a, title: A }]", "1:1: `sql` must be text"),
    ])
    func refusesWhatIsNoDefinition(_ yaml: String, _ message: String) {
        let error = #expect(throws: ReportDefinitionError.self) { try ReportDefinitionReader(file: "x.yaml").read(yaml, name: "x") }
        #expect(error?.description == "x.yaml:" + message)
    }

    /// YAML that cannot be read at all is placed, too; what is said of it is the reader's own.
    @Test(arguments: [("title: [a\nsql: b", 2), ("title: \"a\n", 2), ("a: b\n\tc: d", 2), ("title: *nothing", 1)])
    func placesBrokenYAML(_ yaml: String, _ line: Int) {
        let error = #expect(throws: ReportDefinitionError.self) { try ReportDefinitionReader(file: "x.yaml").read(yaml, name: "x") }
        #expect(error?.line == line && error?.message.isEmpty == false)
    }

    @Test func aLaterDefinitionReplacesAnEarlierOne() throws {
        let other = Self.good.replacing("en: Sites", with: "en: Mine")
        let catalog = try ReportCatalog(definitions: [("sites", Self.good), ("other", Self.good), ("sites", other)])
        #expect(catalog.names == ["sites", "other"])
        #expect(catalog.report(named: "sites")?.title() == "Mine" && catalog.report(named: "none") == nil)
    }
}
