import PatternMatching
import PolicyCore
import PolicyFormats
import PolicyStore

/// A policy of fifty categories and twenty rules of every kind.
enum BenchmarkPolicy {
    /// - Parameter expressions: of a category of its own, blocked by the last rule but one.
    static func text(expressions: [String]) -> String {
        var lines = ["weir: 1", "timezone: Europe/Paris", "lists:", "  bench: { source: bench, format: squidguard }", "categories:"]
        for category in 0..<Workplace.categories {
            let name = Workplace.name(category)
            lines.append("  \(name): { lists: [bench/\(name)] }")
        }
        lines += ["  homework: { sites: [encyclopedia.example, school.example], urls: [wiki.example/lessons] }"]
        lines += ["  closed: { sites: [closed.example] }", "  patterns:", "    sites: [patterns.example]"]
        if !expressions.isEmpty { lines.append("    expressions:") }
        for expression in expressions { lines.append("      - '\(expression)'") }
        lines += [
            "schedules:", "  bedtime: { weekly: [ { days: mon-sun, from: \"20:30\", to: \"07:00\" } ] }",
            "  lessons: { weekly: [ { days: mon-fri, from: \"08:00\", to: \"09:35\" } ] }", "rules:",
            "  - { block: [c06], reason: \"This site is known to do harm\", final: true }",
            "  - { allow: [homework] }", "  - { block: [closed] }",
            "  - { block: [ip-host], except: [\"site:10.0.0.0/8\"] }", "groups:", "  default:", "    rules:",
        ]
        let own = [
            "{ block: [c00, c01], reason: \"Not for children\" }", "{ block: all, during: bedtime, reason: \"It is bedtime\" }",
            "{ limit: [c02, c03], to: 1h per day, resets: \"04:00\" }", "{ block: [c04], during: lessons }", "{ warn: [c05], for: 30m }",
            "{ block: [c07, c08, c09, c10], only: [kids] }", "{ block: [c07, c08, c09, c10, c11, c12] }",
            "{ block: [\"ext:exe\", \"ext:msi\"] }", "{ block: [\"port:25\", \"method:TRACE\"] }", "{ block: [c13, c14, c15, c16, c17] }",
            "{ block: [c18, c19, c20], except: [homework] }", "{ warn: [c21, c22, c23] }", "{ block: [c24, c25, c26, c27, c28, c29, c30] }",
            "{ limit: [c31, c32], to: 2GB per day }", "{ block: [patterns] }",
            "{ block: [\(Array(33..<50).map(Workplace.name).joined(separator: ", "))] }",
        ]
        lines += own.map { "      - \($0)" } + ["    default: allow", "  kids: { default: allow }", ""]
        return lines.joined(separator: "\n")
    }

    static func snapshot(expressions: [String], lists: ListSet) throws -> PolicySnapshot {
        let zones = SystemZones()
        let reading = PolicyReader.read(text(expressions: expressions), file: "policy", zones: zones)
        guard let document = reading.document else { throw BenchmarkError("\(reading.errors.prefix(3))") }
        return try PolicySnapshot.compile(document, generation: 1, lists: lists, zones: zones, grants: [])
    }
}
