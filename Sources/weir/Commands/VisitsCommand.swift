public import ArgumentParser
import Foundation
import PolicyCore
import VisitStore
public import Visits

struct VisitsCommand: ParsableCommand {
    enum Format: String, CaseIterable, ExpressibleByArgument {
        case table, jsonl, csv, squid
    }

    static let configuration = CommandConfiguration(
        commandName: "visits", abstract: "What was recorded, journal included, oldest first.",
        discussion: "jsonl, csv and squid give everything that matches; table gives the latest 100 unless --limit says otherwise.")

    @OptionGroup var configuration: ConfigurationOption
    @OptionGroup var span: SpanOptions

    @Option(help: "A client's name.")
    var client: String?
    @Option(help: "A group's name.")
    var group: String?
    @Option(help: "A registrable site, such as example.com.")
    var site: String?
    @Option(help: "A host.")
    var host: String?
    @Option(help: "A category.")
    var category: String?
    @Option(help: "allow, block, warn or reject.")
    var verdict: VisitVerdict?
    @Option(help: "A rule, such as groups.kids.rules[1].")
    var rule: String?
    @Option(help: "A list whose entry decided, such as ut1/gambling.")
    var list: String?
    @Option(help: "Text found anywhere in host and path.")
    var text: String?
    @Option(help: "The latest so many.")
    var limit: Int?
    @Option(help: "table, jsonl, csv or squid.")
    var format: Format = .table

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit must be at least 1") }
    }

    func run() throws {
        let reader = try VisitSource.open(try configuration.load())
        var query = VisitQuery()
        (query.from, query.to) = try span.read(in: reader.zone)
        query.client = client
        query.group = group
        query.site = site
        query.host = host
        query.category = category
        query.verdict = verdict
        query.rule = rule
        query.list = list
        query.text = text
        try write(reader, query)
    }

    private func write(_ reader: any VisitReading, _ query: VisitQuery) throws {
        var writer = VisitWriter(format: format)
        if let most = limit ?? (format == .table ? 100 : nil) {
            var rows: [VisitRow] = []
            try reader.each(matching: query, oldestFirst: false, includingJournal: true) { row in
                rows.append(row)
                return rows.count < most
            }
            for row in rows.reversed() { writer.add(row) }
        } else {
            try reader.each(matching: query, oldestFirst: true, includingJournal: true) { row in
                writer.add(row)
                return true
            }
        }
        writer.finish()
    }
}

extension VisitVerdict: ExpressibleByArgument {}
