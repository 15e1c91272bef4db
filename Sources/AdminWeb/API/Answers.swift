import PolicyCore
import PolicyStore
import VisitStore

/// What the API answers, field by field. Optional fields are always there, null where absent.

struct AccountAnswer: Encodable {
    var user: String
    var role: String

    init(_ account: Account) {
        user = account.name
        role = account.role.rawValue
    }
}

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

struct AskAnswer: Encodable {
    var id: Int64
    var state: String
    var client: String
    var group: String
    var user: String?
    var url: String
    var host: String
    var site: String
    var rule: String
    var category: String?
    var note: String?
    var time: String
    var count: Int
    var decidedBy: String?
    var grant: Int64?

    init(_ ask: Ask) {
        id = ask.id
        state = ask.state.rawValue
        client = ask.request.client
        group = ask.request.group
        user = ask.request.user
        url = ask.request.url
        host = ask.request.host
        site = ask.request.site
        rule = ask.request.rule
        category = ask.request.category
        note = ask.request.note
        time = CivilTime.rfc3339(ask.request.time.milliseconds)
        count = ask.count
        decidedBy = ask.decidedBy
        grant = ask.grant
    }
}

struct RevisionAnswer: Encodable {
    var number: Int64
    var time: String
    var author: String
    var note: String?
    var bytes: Int
    /// Only where one revision is asked for.
    var text: String?

    init(_ revision: Revision, text: String? = nil) {
        number = revision.number
        time = CivilTime.rfc3339(revision.time.milliseconds)
        author = revision.author
        note = revision.note
        bytes = revision.byteCount
        self.text = text
    }
}

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
