import PolicyCore
import PolicyStore
import VisitStore

/// What the API answers of one; optional fields are left out where absent.
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
