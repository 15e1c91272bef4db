/// The statements of the batch writer, by name.
enum WritingSQL {
    private static let used = "ON CONFLICT DO UPDATE SET used = excluded.used WHERE used < excluded.used"
    static let addTerm = "INSERT INTO term (kind, text, used) VALUES (?, ?, ?) \(used)"
    static let findTerm = "SELECT id FROM term WHERE kind = ? AND text = ?"
    static let addSite = "INSERT INTO site (name, first_seen, used) VALUES (?, ?, ?) \(used)"
    static let findSite = "SELECT id FROM site WHERE name = ?"
    static let addHost = "INSERT INTO host (name, site, used) VALUES (?, ?, ?) \(used)"
    static let findHost = "SELECT id FROM host WHERE name = ?"
    static let addClient = "INSERT INTO client (name, first_seen, last_seen) VALUES (?1, ?2, ?2) ON CONFLICT DO NOTHING"
    static let findClient = "SELECT id FROM client WHERE name = ?"
    static let seeClient = """
        UPDATE client SET last_seen = MAX(last_seen, ?), grp = coalesce(?, grp), address = coalesce(?, address), user = coalesce(?, user),
            user_agent = coalesce(?, user_agent) WHERE id = ?
        """
    /// Rows that are inserted at once where there are as many.
    static let mostRows = 32
    private static let visitColumns = """
        boot, stream, sequence, time, client, address, user, grp, method, scheme, host, port, path, verdict, rule, category, reason,
        began_verdict, began_rule, began_category, status, up, down, ms, outcome, is_page, media_type, user_agent, generation, budget, list,
        began_list
        """

    /// OR FAIL: a row that is refused fails the whole transaction anyway, and without it SQLite keeps a copy of every page that a statement of
    /// several rows changes.
    static func addVisit(rows: Int) -> String {
        let row = "(" + visitColumns.split(separator: ",").map { _ in "?" }.joined(separator: ",") + ")"
        return "INSERT OR FAIL INTO visit (\(visitColumns)) VALUES " + [String](repeating: row, count: rows).joined(separator: ",")
    }

    static let endVisit = """
        UPDATE visit SET verdict = ?, rule = ?, category = ?, reason = ?, began_verdict = ?, began_rule = ?, began_category = ?,
            list = ?, began_list = ?, status = ?, up = ?, down = ?, ms = ?, outcome = ?, media_type = ? WHERE id = ?
        """
    static let growVisit = "UPDATE visit SET up = ?, down = ? WHERE id = ?"
    static let addActivity = """
        INSERT INTO activity (visit, quarter, bits, up, down) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET bits = bits | excluded.bits, up = up + excluded.up, down = down + excluded.down
        """
    static let addOpen = "INSERT INTO open_visit (boot, stream, sequence, visit, last_minute) VALUES (?, ?, ?, ?, ?)"
    static let moveOpen = "UPDATE open_visit SET last_minute = ? WHERE boot = ? AND stream = ? AND sequence = ?"
    static let drawOpen = "UPDATE open_visit SET draws = ? WHERE boot = ? AND stream = ? AND sequence = ?"
    static let addDrawn = """
        INSERT INTO drawn (visit, budget, quarter, bits, bytes, pageviews, rule, category) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET bits = bits | excluded.bits, bytes = bytes + excluded.bytes, pageviews = pageviews + excluded.pageviews,
            rule = coalesce(excluded.rule, rule), category = coalesce(excluded.category, category)
        """
    static let removeOpen = "DELETE FROM open_visit WHERE boot = ? AND stream = ? AND sequence = ?"
    static let addBoot = "INSERT INTO boot (code, kernel, is_done) VALUES (?, ?, 0) ON CONFLICT DO NOTHING"
    static let findBoot = "SELECT id FROM boot WHERE code = ?"
    static let endBoot = "UPDATE boot SET is_done = 1 WHERE id = ?"
    static let removePositions = "DELETE FROM journal_position WHERE boot = ?"
    static let movePosition = """
        INSERT INTO journal_position (boot, stream, segment, offset, sequence, last_time, is_closed) VALUES (?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET segment = excluded.segment, offset = excluded.offset, sequence = excluded.sequence,
            last_time = excluded.last_time, is_closed = excluded.is_closed
        """
    static let addGap = "INSERT INTO gap (from_time, to_time, missing, cause) VALUES (?, ?, ?, ?)"
    static let addCount =
        "INSERT INTO counter (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = value + excluded.value"

    static let hourVerdict = """
        INSERT INTO hour_verdict (hour, verdict, visits, pageviews, up, down, bits) VALUES (?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET visits = visits + excluded.visits, pageviews = pageviews + excluded.pageviews,
            up = up + excluded.up, down = down + excluded.down, bits = bits | excluded.bits
        """
    static let hourClient = hour("hour_client", "client")
    static let hourCategory = hour("hour_category", "category")
    static let hourBudget = """
        INSERT INTO hour_budget (hour, budget, pageviews, bytes, bits) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET pageviews = pageviews + excluded.pageviews, bytes = bytes + excluded.bytes, bits = bits | excluded.bits
        """
    static let dayClientSite = day("day_client_site", "site")
    static let dayClientCategory = day("day_client_category", "category")
    static let dayClientRule = """
        INSERT INTO day_client_rule (day, client, rule, verdict, visits, pageviews, up, down, minutes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET visits = visits + excluded.visits, pageviews = pageviews + excluded.pageviews,
            up = up + excluded.up, down = down + excluded.down, minutes = minutes_or(minutes, excluded.minutes)
        """

    static let dayList = """
        INSERT INTO day_list (day, list, verdict, visits, pageviews) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET visits = visits + excluded.visits, pageviews = pageviews + excluded.pageviews
        """
    static let addRule = """
        INSERT INTO policy_rule (rule, sentence, since) VALUES (?1, ?2, ?3)
        ON CONFLICT DO UPDATE SET since = excluded.since, sentence = excluded.sentence WHERE sentence <> excluded.sentence
        """
    static let addList = "INSERT INTO policy_list (list, since) VALUES (?, ?) ON CONFLICT DO NOTHING"

    private static func hour(_ table: String, _ key: String) -> String {
        """
        INSERT INTO \(table) (hour, \(key), visits, pageviews, blocked, up, down, bits) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET visits = visits + excluded.visits, pageviews = pageviews + excluded.pageviews,
            blocked = blocked + excluded.blocked, up = up + excluded.up, down = down + excluded.down, bits = bits | excluded.bits
        """
    }

    private static func day(_ table: String, _ key: String) -> String {
        """
        INSERT INTO \(table) (day, client, \(key), visits, pageviews, blocked, up, down, minutes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET visits = visits + excluded.visits, pageviews = pageviews + excluded.pageviews,
            blocked = blocked + excluded.blocked, up = up + excluded.up, down = down + excluded.down,
            minutes = CASE WHEN minutes = excluded.minutes THEN minutes ELSE minutes_or(minutes, excluded.minutes) END
        """
    }
}
