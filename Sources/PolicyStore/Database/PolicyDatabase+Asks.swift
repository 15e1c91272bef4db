internal import GRDB
internal import PolicyCore

extension PolicyDatabase {
    /// Stores a request, or counts it where the same one is open. Over `most` open ones nothing new is taken.
    func addAsk(_ ask: AccessRequest, most: Int) throws {
        try write { database in
            try database.execute(
                sql: """
                    UPDATE ask SET count = count + 1, time = ?, note = coalesce(?, note)
                    WHERE state = 'open' AND client = ? AND site = ? AND rule = ?
                    """, arguments: [ask.time.milliseconds, ask.note, ask.client, ask.site, ask.rule])
            guard database.changesCount == 0 else { return }
            let open = try Int.fetchOne(database, sql: "SELECT count(*) FROM ask WHERE state = 'open'") ?? 0
            guard open < most else { throw PolicyStoreError.badValue("\(most) requests are open already: decide some first") }
            try database.execute(
                sql: """
                    INSERT INTO ask (time, client, group_name, user, url, host, site, rule, category, note) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    ask.time.milliseconds, ask.client, ask.group, ask.user, ask.url, ask.host, ask.site, ask.rule, ask.category, ask.note,
                ])
        }
    }

    func asks(open: Bool) throws -> [Ask] {
        let sql =
            open
            ? "SELECT * FROM ask WHERE state = 'open' ORDER BY time DESC, id DESC"
            : "SELECT * FROM ask WHERE state IN ('approved', 'denied') ORDER BY decided DESC, id DESC LIMIT 500"
        return try read { try Row.fetchAll($0, sql: sql).map(PolicyDatabase.ask) }
    }

    func ask(_ id: Int64) throws -> Ask? {
        try read { try Row.fetchOne($0, sql: "SELECT * FROM ask WHERE id = ?", arguments: [id]).map(PolicyDatabase.ask) }
    }

    func decideAsk(_ id: Int64, state: Ask.State, author: String, time: Instant, grant: Int64?) throws {
        try write {
            try $0.execute(
                sql: "UPDATE ask SET state = ?, decided_by = ?, decided = ?, grant_id = ? WHERE id = ? AND state = 'open'",
                arguments: [state.rawValue, author, time.milliseconds, grant, id])
        }
    }

    private static func ask(_ row: Row) -> Ask {
        let request = AccessRequest(
            client: row["client"], group: row["group_name"], user: row["user"], url: row["url"], host: row["host"], site: row["site"],
            rule: row["rule"], category: row["category"], note: row["note"], time: Instant(milliseconds: row["time"]))
        let decided: Int64? = row["decided"]
        return Ask(
            id: row["id"], request: request, state: Ask.State(rawValue: row["state"]) ?? .open, count: row["count"],
            decidedBy: row["decided_by"], decidedAt: decided.map { Instant(milliseconds: $0) }, grant: row["grant_id"])
    }
}
