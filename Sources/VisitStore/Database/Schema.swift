/// The first version of the database. Never edited once released: later versions are migrations of their own.
enum Schema {
    static let version1 = """
        CREATE TABLE setting (name TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE counter (name TEXT PRIMARY KEY NOT NULL, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;

        -- Texts, once each.
        CREATE TABLE term (
            id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, text TEXT NOT NULL, UNIQUE (kind, text)) STRICT;
        CREATE TABLE site (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, first_seen INTEGER NOT NULL) STRICT;
        CREATE TABLE host (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, site INTEGER NOT NULL) STRICT;
        CREATE TABLE client (
            id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL,
            grp INTEGER, address INTEGER, user INTEGER, user_agent INTEGER) STRICT;
        CREATE INDEX client_last_seen ON client (last_seen);
        CREATE INDEX host_site ON host (site);

        -- One row a visit. began_*: what was decided first, where the end changed it.
        CREATE TABLE visit (
            id INTEGER PRIMARY KEY,
            boot INTEGER NOT NULL, stream INTEGER NOT NULL, sequence INTEGER NOT NULL,
            time INTEGER NOT NULL, client INTEGER NOT NULL, address INTEGER, user INTEGER, grp INTEGER,
            method INTEGER, scheme INTEGER, host INTEGER, port INTEGER, path TEXT,
            verdict INTEGER NOT NULL, rule INTEGER, category INTEGER, reason INTEGER,
            began_verdict INTEGER, began_rule INTEGER, began_category INTEGER,
            status INTEGER, up INTEGER NOT NULL, down INTEGER NOT NULL, ms INTEGER, outcome INTEGER NOT NULL,
            is_page INTEGER NOT NULL, media_type INTEGER, user_agent INTEGER, generation INTEGER NOT NULL, budget INTEGER,
            CHECK (verdict BETWEEN 1 AND 4), CHECK (outcome BETWEEN 0 AND 8)) STRICT;
        CREATE UNIQUE INDEX visit_identity ON visit (boot, stream, sequence);
        CREATE INDEX visit_time ON visit (time);
        CREATE INDEX visit_client ON visit (client, time);
        CREATE INDEX visit_blocked ON visit (time) WHERE verdict <> 1;

        -- Traffic of visits that were active beyond their first minute, by UTC quarter hour: 15 bits, one a minute.
        CREATE TABLE activity (
            visit INTEGER NOT NULL, quarter INTEGER NOT NULL, bits INTEGER NOT NULL, up INTEGER NOT NULL, down INTEGER NOT NULL,
            PRIMARY KEY (visit, quarter)) STRICT, WITHOUT ROWID;

        -- Roll-ups. hour: seconds since 1970 of a local hour's start. day: local days since 1970-01-01. 0 stands for none.
        CREATE TABLE hour_verdict (
            hour INTEGER NOT NULL, verdict INTEGER NOT NULL, visits INTEGER NOT NULL, pageviews INTEGER NOT NULL,
            up INTEGER NOT NULL, down INTEGER NOT NULL, bits INTEGER NOT NULL, PRIMARY KEY (hour, verdict)) STRICT, WITHOUT ROWID;
        CREATE TABLE hour_client (
            hour INTEGER NOT NULL, client INTEGER NOT NULL, visits INTEGER NOT NULL, pageviews INTEGER NOT NULL, blocked INTEGER NOT NULL,
            up INTEGER NOT NULL, down INTEGER NOT NULL, bits INTEGER NOT NULL, PRIMARY KEY (hour, client)) STRICT, WITHOUT ROWID;
        CREATE TABLE hour_category (
            hour INTEGER NOT NULL, category INTEGER NOT NULL, visits INTEGER NOT NULL, pageviews INTEGER NOT NULL, blocked INTEGER NOT NULL,
            up INTEGER NOT NULL, down INTEGER NOT NULL, bits INTEGER NOT NULL, PRIMARY KEY (hour, category)) STRICT, WITHOUT ROWID;
        CREATE TABLE hour_budget (
            hour INTEGER NOT NULL, budget INTEGER NOT NULL, pageviews INTEGER NOT NULL, bytes INTEGER NOT NULL, bits INTEGER NOT NULL,
            PRIMARY KEY (hour, budget)) STRICT, WITHOUT ROWID;
        CREATE TABLE day_client_site (
            day INTEGER NOT NULL, client INTEGER NOT NULL, site INTEGER NOT NULL, visits INTEGER NOT NULL, pageviews INTEGER NOT NULL,
            blocked INTEGER NOT NULL, up INTEGER NOT NULL, down INTEGER NOT NULL, minutes BLOB NOT NULL,
            PRIMARY KEY (day, client, site)) STRICT, WITHOUT ROWID;
        CREATE TABLE day_client_category (
            day INTEGER NOT NULL, client INTEGER NOT NULL, category INTEGER NOT NULL, visits INTEGER NOT NULL, pageviews INTEGER NOT NULL,
            blocked INTEGER NOT NULL, up INTEGER NOT NULL, down INTEGER NOT NULL, minutes BLOB NOT NULL,
            PRIMARY KEY (day, client, category)) STRICT, WITHOUT ROWID;
        CREATE TABLE day_client_rule (
            day INTEGER NOT NULL, client INTEGER NOT NULL, rule INTEGER NOT NULL, verdict INTEGER NOT NULL, visits INTEGER NOT NULL,
            pageviews INTEGER NOT NULL, up INTEGER NOT NULL, down INTEGER NOT NULL, minutes BLOB NOT NULL,
            PRIMARY KEY (day, client, rule, verdict)) STRICT, WITHOUT ROWID;

        -- Where the journal has been read to: moved in the transaction that stores what was read, so that nothing is stored twice.
        CREATE TABLE boot (
            id INTEGER PRIMARY KEY, code INTEGER NOT NULL UNIQUE, kernel INTEGER NOT NULL, is_done INTEGER NOT NULL) STRICT;
        CREATE TABLE journal_position (
            boot INTEGER NOT NULL, stream INTEGER NOT NULL, segment INTEGER NOT NULL, offset INTEGER NOT NULL, sequence INTEGER NOT NULL,
            last_time INTEGER NOT NULL, is_closed INTEGER NOT NULL, PRIMARY KEY (boot, stream)) STRICT, WITHOUT ROWID;
        CREATE TABLE open_visit (
            boot INTEGER NOT NULL, stream INTEGER NOT NULL, sequence INTEGER NOT NULL, visit INTEGER NOT NULL, last_minute INTEGER NOT NULL,
            PRIMARY KEY (boot, stream, sequence)) STRICT, WITHOUT ROWID;
        CREATE TABLE gap (
            id INTEGER PRIMARY KEY, from_time INTEGER NOT NULL, to_time INTEGER NOT NULL, missing INTEGER, cause TEXT NOT NULL) STRICT;
        CREATE INDEX gap_time ON gap (to_time);
        """

    /// Which list's entry decided, and what the policy in force consists of, so that what never decides can be told.
    static let version2 = """
        ALTER TABLE visit ADD COLUMN list INTEGER;
        ALTER TABLE visit ADD COLUMN began_list INTEGER;
        CREATE TABLE day_list (
            day INTEGER NOT NULL, list INTEGER NOT NULL, verdict INTEGER NOT NULL, visits INTEGER NOT NULL, pageviews INTEGER NOT NULL,
            PRIMARY KEY (day, list, verdict)) STRICT, WITHOUT ROWID;
        -- since: the day (as in roll-ups) on which this came to stand at that place. Hits before it were those of something else.
        CREATE TABLE policy_rule (rule TEXT PRIMARY KEY NOT NULL, sentence TEXT NOT NULL, since INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE policy_list (list TEXT PRIMARY KEY NOT NULL, since INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        """

    /// What visits drew on that did not begin under it: the budget of a media type, of a TLS name, of a rule that came later.
    static let version3 = """
        -- Of such a visit all of its traffic under any budget, that of the beginning's included; by UTC quarter hour, bits as in activity.
        -- rule and category: where its minutes count beside the visit's own; null for the beginning's budget.
        CREATE TABLE drawn (
            visit INTEGER NOT NULL, budget INTEGER NOT NULL, quarter INTEGER NOT NULL, bits INTEGER NOT NULL, bytes INTEGER NOT NULL,
            pageviews INTEGER NOT NULL, rule INTEGER, category INTEGER, PRIMARY KEY (visit, budget, quarter)) STRICT, WITHOUT ROWID;
        -- What an open visit draws on now (JSON); null: what it began with.
        ALTER TABLE open_visit ADD COLUMN draws TEXT;
        """

    /// The day of UTC, since 1970, on which a text was last stored with a visit: so texts that no visit refers to any more are known.
    /// - Parameter today: what counts for texts that are there already.
    static func version4(today: Int64) -> String {
        ["term", "host", "site"].map {
            """
            ALTER TABLE \($0) ADD COLUMN used INTEGER NOT NULL DEFAULT \(today);
            CREATE INDEX \($0)_used ON \($0) (used);
            """
        }.joined(separator: "\n")
    }
}
