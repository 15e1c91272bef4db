import PolicyStore

/// The site's main parts, in the order of its navigation.
enum Section: String, CaseIterable, Sendable {
    case overview, live, visits, reports, clients, lists, policy, why, requests, connect, settings, mine

    var path: String { self == .overview ? "/" : "/\(rawValue)" }

    /// The key that leads there after `g`.
    var key: String {
        switch self {
        case .overview: "o"
        case .live: "l"
        case .visits: "v"
        case .reports: "r"
        case .clients: "p"
        case .lists: "k"
        case .policy: "y"
        case .why: "w"
        case .requests: "q"
        case .connect: "c"
        case .settings: "s"
        case .mine: "m"
        }
    }

    /// What whoever sees it in the navigation may do at least.
    var need: Need { self == .mine ? .account : .viewer }
}
