import PolicyCore
import VisitStore

/// What the API answers of one; optional fields are left out where absent.
struct GrantAnswer: Encodable {
    var id: Int64
    var scope: String
    var name: String?
    var verb: String
    var target: String
    var from: String
    var until: String?
    var reason: String?
    var author: String?

    init(_ grant: Grant) {
        id = grant.id
        switch grant.scope {
        case .everyone: scope = "everyone"
        case .group(let group): (scope, name) = ("group", group)
        case .client(let client): (scope, name) = ("client", client)
        }
        verb = grant.allows ? "allow" : "block"
        target = grant.target
        from = CivilTime.rfc3339(grant.from.milliseconds)
        until = grant.until.map { CivilTime.rfc3339($0.milliseconds) }
        reason = grant.reason
        author = grant.author
    }
}
