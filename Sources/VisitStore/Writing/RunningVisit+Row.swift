internal import PatternMatching
internal import Visits

extension RunningVisit {
    /// The visit as it stands, for those who watch or read beside the database.
    func row(site: String?) -> VisitRow {
        var row = VisitRow(
            id: id.text, number: number, time: beginning.time, client: beginning.client, verdict: end?.verdict ?? beginning.verdict,
            outcome: end?.outcome ?? .open, generation: beginning.generation)
        row.address = beginning.address?.description
        row.user = beginning.user
        row.group = beginning.group
        row.method = beginning.method.presence
        row.scheme = beginning.scheme.presence
        row.host = beginning.host.presence
        row.site = site
        row.port = beginning.port == 0 ? nil : beginning.port
        row.path = beginning.path
        let ground = ground
        row.rule = ground.rule
        row.category = ground.category
        row.reason = ground.reason
        row.list = ground.list
        row.status = end.flatMap { $0.status == 0 ? nil : $0.status }
        row.up = up
        row.down = down
        row.milliseconds = end?.milliseconds
        row.isPage = beginning.isPage
        row.mediaType = end?.mediaType
        row.userAgent = beginning.userAgent
        row.began = VisitRow.Began(verdict: beginning.verdict, rule: beginning.rule, category: beginning.category)
        return row
    }
}

extension RunningVisit {
    /// What stands in the end. An end that gives another verdict or rule gives its grounds whole.
    var ground: (verdict: VisitVerdict, rule: String?, category: String?, reason: String?, list: String?) {
        guard let end else { return (beginning.verdict, beginning.rule, beginning.category, beginning.reason, beginning.list) }
        if end.verdict != nil || end.rule != nil {
            return (end.verdict ?? beginning.verdict, end.rule, end.category, end.reason, end.list)
        }
        let category = end.category ?? beginning.category
        return (beginning.verdict, beginning.rule, category, end.reason ?? beginning.reason, end.list ?? beginning.list)
    }
}

extension String {
    /// nil for an empty text.
    var presence: String? { isEmpty ? nil : self }
}
