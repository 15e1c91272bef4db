/// The reports there are, by name.
public struct ReportCatalog: Sendable {
    private let reports: [String: Report]
    /// In the order given, which is the order they are listed in.
    public let names: [String]

    /// - Parameter definitions: a report's name (its file's without `.yaml`) and the file's text; a later one replaces an earlier of the same name.
    /// - Throws: `ReportDefinitionError` for the first file that cannot be used.
    public init(definitions: [(name: String, yaml: String)]) throws {
        var reports: [String: Report] = [:]
        var names: [String] = []
        for (name, yaml) in definitions {
            let definition = try ReportDefinitionReader(file: "\(name).yaml").read(yaml, name: name)
            if reports.updateValue(Report(definition: definition), forKey: name) == nil { names.append(name) }
        }
        self.reports = reports
        self.names = names
    }

    public func report(named name: String) -> Report? { reports[name] }
}
