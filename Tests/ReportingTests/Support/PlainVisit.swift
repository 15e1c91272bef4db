import PolicyCore
import Visits

/// A visit as the generator knows it.
struct PlainVisit {
    struct Ground: Hashable {
        var verdict: VisitVerdict
        var rule: String?
        var category: String?
        var list: String?
    }

    struct Flow {
        /// Minutes since 1970.
        var minute: Int64
        var up: UInt64
        var down: UInt64
    }

    var time: Int64
    var client: String
    var group: String
    var host: String
    var isPage: Bool
    /// What was decided first, and what stood in the end.
    var began: Ground
    var final: Ground
    /// The first is in the minute of `time`; ascending.
    var flows: [Flow]
    var budget: BudgetKey?

    var minute: Int64 { Instant(milliseconds: time).minute }
    /// The last two labels; nil where there is no host.
    var site: String? { host.isEmpty ? nil : PlainVisit.site(of: host) }

    static func site(of host: String) -> String { host.split(separator: ".").suffix(2).joined(separator: ".") }
}
