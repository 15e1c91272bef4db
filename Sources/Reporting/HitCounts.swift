public import PolicyCore
public import VisitStore

/// How often a rule or a list decided, as the reports `rule-hits` and `list-hits` have it.
public struct HitCounts: Sendable, Hashable, Codable {
    /// Days looked at, today among them.
    public static let days: Int64 = 30

    public var visits: Int64
    public var blocked: Int64
    public var allowed: Int64
    public var warned: Int64
    /// Local days of the reporting zone since 1970-01-01; nil for no hit.
    public var lastDay: Int64?

    public init(visits: Int64, blocked: Int64, allowed: Int64, warned: Int64, lastDay: Int64?) {
        self.visits = visits
        self.blocked = blocked
        self.allowed = allowed
        self.warned = warned
        self.lastDay = lastDay
    }

    /// Those of the last days, by the rule's path or the list's name.
    /// - Parameter report: one with the columns `name`, `visits`, `blocked`, `allowed`, `warned` and `last`.
    public static func read(_ report: Report, on visits: some VisitReading, now: Instant) throws -> [String: HitCounts] {
        let from = Instant(milliseconds: now.milliseconds &- (days - 1) * 86_400_000)
        let result = try report.run(ReportParameters(from: from, limit: 1_000), on: visits, now: now)
        let places = Dictionary(result.definition.columns.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
        var counts: [String: HitCounts] = [:]
        for row in result.rows {
            func number(_ name: String) -> Int64? {
                guard let place = places[name], row.indices.contains(place), case .integer(let value) = row[place] else { return nil }
                return value
            }
            guard let place = places["name"], row.indices.contains(place), case .text(let name) = row[place] else { continue }
            counts[name] = HitCounts(
                visits: number("visits") ?? 0, blocked: number("blocked") ?? 0, allowed: number("allowed") ?? 0,
                warned: number("warned") ?? 0, lastDay: number("last"))
        }
        return counts
    }
}

extension [String: HitCounts] {
    /// A list's own and its members' together.
    public func ofList(_ name: String) -> HitCounts {
        var sum = HitCounts(visits: 0, blocked: 0, allowed: 0, warned: 0, lastDay: nil)
        for (key, next) in self where key == name || key.hasPrefix(name + "/") {
            sum.visits &+= next.visits
            sum.blocked &+= next.blocked
            sum.allowed &+= next.allowed
            sum.warned &+= next.warned
            sum.lastDay = [sum.lastDay, next.lastDay].compactMap { $0 }.max()
        }
        return sum
    }
}
