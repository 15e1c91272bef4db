import PolicyCore
import Visits

/// Visits as people make them: few sites have most, evenings are busy, nights are not, some tunnels last for hours.
struct GeneratedVisits {
    private var random: SeededRandom
    private static let clients = [
        ("anna", "adults"), ("ben", "adults"), ("mia-laptop", "kids"), ("tom-tablet", "kids"), ("192.168.1.77", "guests"),
    ]
    private static let categories = ["social", "games", "video", nil, "news", nil, "ads", nil]
    /// How busy each hour of UTC is.
    private static let rhythm = [1, 1, 0, 0, 0, 1, 4, 6, 5, 3, 3, 4, 6, 5, 5, 7, 9, 12, 14, 16, 15, 10, 6, 3]

    init(seed: UInt64) { random = SeededRandom(seed) }

    /// - Parameter start: milliseconds since 1970 of the first day.
    mutating func make(_ count: Int, start: Int64, days: Int64) -> [PlainVisit] {
        let hours = Self.rhythm.enumerated().flatMap { Array(repeating: Int64($0), count: $1) }
        return (0..<count).map { _ in
            let hour = hours.randomElement(using: &random) ?? 0
            let day = Int64.random(in: 0..<days, using: &random)
            return visit(at: start + day * 86_400_000 + hour * 3_600_000 + Int64.random(in: 0..<3_600_000, using: &random))
        }.sorted { $0.time < $1.time }
    }

    private mutating func visit(at time: Int64) -> PlainVisit {
        let client = Self.clients[skewed(Self.clients.count)]
        let rank = skewed(60)
        let category = Self.categories[rank % Self.categories.count]
        let began = ground(client.1, category)
        var visit = PlainVisit(
            time: time, client: client.0, group: client.1, host: "\(rank % 3 == 0 ? "www" : "cdn\(rank % 5)").site\(rank).example",
            isPage: Int.random(in: 0..<4, using: &random) == 0, began: began, final: began, flows: [])
        if Int.random(in: 0..<50, using: &random) == 0 {
            visit.host = ""
            visit.began = PlainVisit.Ground(verdict: .reject)
            visit.final = visit.began
            visit.isPage = false
        }
        visit.flows = flows(from: visit.minute, isAllowed: visit.began.verdict == .allow)
        if visit.began.verdict == .allow {
            if Int.random(in: 0..<20, using: &random) == 0 {
                visit.final = PlainVisit.Ground(verdict: .block, rule: "groups.\(visit.group).rules[9]", category: "media", list: "late")
            }
            if visit.began.category == "games" {
                visit.budget = BudgetKey(
                    rule: "groups.\(visit.group).rules[2]", owner: rank % 2 == 0 ? visit.client : visit.group, shared: rank % 2 == 1)
            }
        }
        return visit
    }

    private mutating func ground(_ group: String, _ category: String?) -> PlainVisit.Ground {
        if category == "ads" || (group == "kids" && category == "social") {
            return PlainVisit.Ground(
                verdict: .block, rule: "groups.\(group).rules[0]", category: category, list: category == "ads" ? "ads" : nil)
        }
        if category == "news", Bool.random(using: &random) {
            return PlainVisit.Ground(verdict: .warn, rule: "groups.\(group).rules[1]", category: category)
        }
        let list = category.map { "ut1/\($0)" }
        let rule = category.map { _ in "groups.\(group).rules[2]" } ?? "groups.\(group).default"
        return PlainVisit.Ground(verdict: .allow, rule: rule, category: category, list: list)
    }

    private mutating func flows(from minute: Int64, isAllowed: Bool) -> [PlainVisit.Flow] {
        guard isAllowed else { return [PlainVisit.Flow(minute: minute, up: 0, down: 0)] }
        let minutes = Int.random(in: 0..<12, using: &random) == 0 ? Int.random(in: 2...200, using: &random) : 1
        var at = minute
        return (0..<minutes).map { _ in
            defer { at += Int64.random(in: 1...3, using: &random) }
            return PlainVisit.Flow(
                minute: at, up: UInt64.random(in: 0...2_000, using: &random), down: UInt64.random(in: 100...900_000, using: &random))
        }
    }

    /// Small numbers far more often than great ones.
    private mutating func skewed(_ count: Int) -> Int {
        let share = Double.random(in: 0..<1, using: &random)
        return min(count - 1, Int(share * share * share * Double(count)))
    }
}
