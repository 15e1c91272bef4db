import ArgumentParser
import Foundation
import Reporting
import VisitStore

struct ReportCommand: ParsableCommand {
    enum Format: String, CaseIterable, ExpressibleByArgument {
        case table, json, csv, html, svg
    }

    static let configuration = CommandConfiguration(
        commandName: "report", abstract: "A report on what was recorded.",
        discussion: "Reports: \(((try? EmbeddedAssets.shared.reports(data: "."))?.names ?? []).joined(separator: ", ")).")

    @OptionGroup var configuration: ConfigurationOption
    @OptionGroup var span: SpanOptions
    @Option(help: "A client's name.")
    var client: String?
    @Option(help: "A group's name.")
    var group: String?
    @Option(help: "A registrable site.")
    var site: String?
    @Option(help: "A category.")
    var category: String?
    @Option(help: "Rows, at most 1000.")
    var limit = 100
    @Option(help: "table, json, csv, html or svg.")
    var format: Format = .table
    @Argument(help: "The report's name.")
    var name: String

    func validate() throws {
        if !(1...1_000).contains(limit) { throw ValidationError("--limit must be from 1 to 1000") }
    }

    func run() throws {
        let settings = try configuration.load()
        let catalog = try EmbeddedAssets.shared.reports(data: settings.data)
        guard let report = catalog.report(named: name) else {
            let hint = Nearest.hint(for: name, among: catalog.names)
            throw Terminal.Failure("there is no report \"\(name)\"\(hint); there are \(catalog.names.joined(separator: ", "))")
        }
        let reader = try VisitSource.open(settings)
        var parameters = ReportParameters(client: client, group: group, site: site, category: category, limit: limit)
        (parameters.from, parameters.to) = try span.read(in: reader.zone)
        let result = try report.run(parameters, on: reader, now: WallClock.now(), seconds: 60)
        switch format {
        case .table: Terminal.write(result.text(), to: 1)
        case .json: Terminal.say(result.json())
        case .csv: Terminal.write(result.csv(), to: 1)
        case .html: Terminal.write(result.html(), to: 1)
        case .svg: Terminal.write(result.svgFile(), to: 1)
        }
    }
}
