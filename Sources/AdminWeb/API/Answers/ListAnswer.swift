import PolicyCore
import PolicyStore
import VisitStore

/// What the API answers of one; optional fields are left out where absent.
struct ListAnswer: Encodable {
    var name: String
    var source: String
    var format: String
    var state: String
    var serving: Bool
    var entries: Int
    var rejected: Int
    var lastAttempt: String?
    var lastSuccess: String?
    var nextAttempt: String?
    var error: String?
    var hash: String?

    init(_ list: ListStatus) {
        let time = { (at: Instant?) in at.map { CivilTime.rfc3339($0.milliseconds) } }
        name = list.name
        source = list.source
        format = list.format
        state = list.state.rawValue
        serving = list.isServing
        entries = list.entries
        rejected = list.rejected
        lastAttempt = time(list.lastAttempt)
        lastSuccess = time(list.lastSuccess)
        nextAttempt = time(list.nextAttempt)
        error = list.error
        hash = list.hash
    }
}
