internal import GRDB

/// The tables of `policy.sqlite`. Migrations are named and never edited; a change is a new one.
enum Schema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 policy") { try $0.execute(sql: policy) }
        migrator.registerMigration("2 accounts") { try $0.execute(sql: accounts) }
        migrator.registerMigration("3 published revisions") { try $0.execute(sql: published) }
        return migrator
    }

    /// Times are milliseconds since 1970 (UTC).
    private static let policy = """
        CREATE TABLE meta (
            key TEXT PRIMARY KEY NOT NULL,
            value TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE revision (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            time INTEGER NOT NULL,
            author TEXT NOT NULL,
            note TEXT,
            text TEXT NOT NULL
        ) STRICT;
        CREATE TABLE access_grant (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            scope TEXT NOT NULL CHECK (scope IN ('everyone', 'group', 'client')),
            name TEXT CHECK ((scope = 'everyone') = (name IS NULL)),
            allows INTEGER NOT NULL CHECK (allows IN (0, 1)),
            target TEXT NOT NULL CHECK (target <> ''),
            begins INTEGER NOT NULL,
            ends INTEGER CHECK (ends IS NULL OR ends >= begins),
            reason TEXT,
            author TEXT,
            revoked INTEGER,
            revoked_by TEXT
        ) STRICT;
        CREATE INDEX access_grant_live ON access_grant (ends) WHERE revoked IS NULL;
        CREATE TABLE ask (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            time INTEGER NOT NULL,
            client TEXT NOT NULL,
            group_name TEXT NOT NULL,
            user TEXT,
            url TEXT NOT NULL,
            host TEXT NOT NULL,
            site TEXT NOT NULL,
            rule TEXT NOT NULL,
            category TEXT,
            note TEXT,
            count INTEGER NOT NULL DEFAULT 1 CHECK (count > 0),
            state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'approved', 'denied')),
            decided_by TEXT,
            decided INTEGER,
            grant_id INTEGER REFERENCES access_grant (id),
            CHECK ((state = 'open') = (decided IS NULL))
        ) STRICT;
        CREATE INDEX ask_state ON ask (state, time);
        CREATE UNIQUE INDEX ask_once ON ask (client, site, rule) WHERE state = 'open';
        CREATE TABLE subscription (
            name TEXT PRIMARY KEY NOT NULL,
            record TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE audit (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            time INTEGER NOT NULL,
            author TEXT NOT NULL,
            action TEXT NOT NULL,
            subject TEXT NOT NULL
        ) STRICT;
        """

    /// From which generation on which revision ran: what a visit's generation means.
    private static let published = """
        CREATE TABLE published (
            generation INTEGER PRIMARY KEY,
            time INTEGER NOT NULL,
            revision INTEGER
        ) STRICT;
        """

    private static let accounts = """
        CREATE TABLE account (
            name TEXT PRIMARY KEY NOT NULL CHECK (name <> ''),
            role TEXT NOT NULL CHECK (role IN ('owner', 'manager', 'viewer', 'user')),
            password TEXT NOT NULL,
            created INTEGER NOT NULL,
            last_sign_in INTEGER
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE session (
            hash TEXT PRIMARY KEY NOT NULL,
            account TEXT NOT NULL REFERENCES account (name) ON DELETE CASCADE,
            created INTEGER NOT NULL,
            last_used INTEGER NOT NULL,
            address TEXT,
            agent TEXT
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX session_account ON session (account);
        CREATE TABLE token (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            hash TEXT NOT NULL UNIQUE,
            account TEXT NOT NULL REFERENCES account (name) ON DELETE CASCADE,
            name TEXT NOT NULL,
            created INTEGER NOT NULL,
            last_used INTEGER
        ) STRICT;
        CREATE INDEX token_account ON token (account);
        """
}
