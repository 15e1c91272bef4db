/// The views reports are written against (docs/reports-schema.md). Made anew at every start, so that tables may change beneath them.
enum Views {
    static let names = [
        "v_visits", "v_hour_totals", "v_hour_client", "v_hour_category", "v_hour_budget", "v_day_client_site", "v_day_client_category",
        "v_day_client_rule", "v_day_rule", "v_day_list", "v_rules", "v_lists", "v_clients", "v_sites", "v_gaps",
    ]

    static let all = """
        CREATE VIEW v_visits AS SELECT
            v.id AS id, v.time AS time, c.name AS client, v.client AS client_id, a.text AS address, u.text AS user, g.text AS group_name,
            m.text AS method, s.text AS scheme, h.name AS host, v.host AS host_id, si.name AS site, h.site AS site_id, v.port AS port,
            v.path AS path,
            CASE v.verdict WHEN 1 THEN 'allow' WHEN 2 THEN 'block' WHEN 3 THEN 'warn' ELSE 'reject' END AS verdict,
            r.text AS rule, k.text AS category, e.text AS reason, v.status AS status, v.up AS up, v.down AS down, v.ms AS ms,
            CASE v.outcome WHEN 0 THEN 'open' WHEN 1 THEN 'complete' WHEN 2 THEN 'client-abort' WHEN 3 THEN 'truncated'
                WHEN 4 THEN 'upstream-error' WHEN 5 THEN 'timeout' WHEN 6 THEN 'closed-by-policy' WHEN 7 THEN 'interrupted'
                ELSE 'rejected' END AS outcome,
            v.is_page AS is_page, t.text AS media_type, w.text AS user_agent, v.generation AS generation, l.text AS list
            FROM visit v JOIN client c ON c.id = v.client LEFT JOIN host h ON h.id = v.host LEFT JOIN site si ON si.id = h.site
            LEFT JOIN term a ON a.id = v.address LEFT JOIN term u ON u.id = v.user LEFT JOIN term g ON g.id = v.grp
            LEFT JOIN term m ON m.id = v.method LEFT JOIN term s ON s.id = v.scheme LEFT JOIN term r ON r.id = v.rule
            LEFT JOIN term k ON k.id = v.category LEFT JOIN term e ON e.id = v.reason LEFT JOIN term t ON t.id = v.media_type
            LEFT JOIN term w ON w.id = v.user_agent LEFT JOIN term l ON l.id = v.list;
        CREATE VIEW v_hour_totals AS SELECT hour,
            CASE verdict WHEN 1 THEN 'allow' WHEN 2 THEN 'block' WHEN 3 THEN 'warn' ELSE 'reject' END AS verdict,
            visits, pageviews, up, down, bits FROM hour_verdict;
        CREATE VIEW v_hour_client AS SELECT
            x.hour AS hour, c.name AS client, x.client AS client_id, g.text AS group_name, x.visits AS visits, x.pageviews AS pageviews,
            x.blocked AS blocked, x.up AS up, x.down AS down, x.bits AS bits
            FROM hour_client x JOIN client c ON c.id = x.client LEFT JOIN term g ON g.id = c.grp;
        CREATE VIEW v_hour_category AS SELECT
            x.hour AS hour, k.text AS category, x.category AS category_id, x.visits AS visits, x.pageviews AS pageviews,
            x.blocked AS blocked, x.up AS up, x.down AS down, x.bits AS bits
            FROM hour_category x LEFT JOIN term k ON k.id = x.category;
        CREATE VIEW v_hour_budget AS SELECT
            x.hour AS hour, k.text AS budget, x.pageviews AS pageviews, x.bytes AS bytes, x.bits AS bits
            FROM hour_budget x JOIN term k ON k.id = x.budget;
        CREATE VIEW v_day_client_site AS SELECT
            x.day AS day, c.name AS client, x.client AS client_id, g.text AS group_name, s.name AS site, x.site AS site_id,
            x.visits AS visits, x.pageviews AS pageviews, x.blocked AS blocked, x.up AS up, x.down AS down, x.minutes AS minutes
            FROM day_client_site x JOIN client c ON c.id = x.client LEFT JOIN site s ON s.id = x.site LEFT JOIN term g ON g.id = c.grp;
        CREATE VIEW v_day_client_category AS SELECT
            x.day AS day, c.name AS client, x.client AS client_id, g.text AS group_name, k.text AS category, x.category AS category_id,
            x.visits AS visits, x.pageviews AS pageviews, x.blocked AS blocked, x.up AS up, x.down AS down, x.minutes AS minutes
            FROM day_client_category x JOIN client c ON c.id = x.client LEFT JOIN term k ON k.id = x.category
            LEFT JOIN term g ON g.id = c.grp;
        CREATE VIEW v_day_client_rule AS SELECT
            x.day AS day, c.name AS client, x.client AS client_id, g.text AS group_name, k.text AS rule, x.rule AS rule_id,
            CASE x.verdict WHEN 1 THEN 'allow' WHEN 2 THEN 'block' WHEN 3 THEN 'warn' ELSE 'reject' END AS verdict,
            x.visits AS visits, x.pageviews AS pageviews, x.up AS up, x.down AS down, x.minutes AS minutes
            FROM day_client_rule x JOIN client c ON c.id = x.client LEFT JOIN term k ON k.id = x.rule LEFT JOIN term g ON g.id = c.grp;
        CREATE VIEW v_day_rule AS SELECT
            x.day AS day, k.text AS rule,
            CASE x.verdict WHEN 1 THEN 'allow' WHEN 2 THEN 'block' WHEN 3 THEN 'warn' ELSE 'reject' END AS verdict,
            SUM(x.visits) AS visits, SUM(x.pageviews) AS pageviews, SUM(x.up) AS up, SUM(x.down) AS down
            FROM day_client_rule x LEFT JOIN term k ON k.id = x.rule GROUP BY x.day, x.rule, x.verdict;
        CREATE VIEW v_day_list AS SELECT
            x.day AS day, k.text AS list, x.list AS list_id,
            CASE x.verdict WHEN 1 THEN 'allow' WHEN 2 THEN 'block' WHEN 3 THEN 'warn' ELSE 'reject' END AS verdict,
            x.visits AS visits, x.pageviews AS pageviews
            FROM day_list x JOIN term k ON k.id = x.list;
        CREATE VIEW v_rules AS SELECT rule, sentence, since FROM policy_rule;
        CREATE VIEW v_lists AS SELECT list, since FROM policy_list;
        CREATE VIEW v_clients AS SELECT
            c.id AS client_id, c.name AS client, g.text AS group_name, a.text AS address, u.text AS user, w.text AS user_agent,
            c.first_seen AS first_seen, c.last_seen AS last_seen
            FROM client c LEFT JOIN term g ON g.id = c.grp LEFT JOIN term a ON a.id = c.address LEFT JOIN term u ON u.id = c.user
            LEFT JOIN term w ON w.id = c.user_agent;
        CREATE VIEW v_sites AS SELECT id AS site_id, name AS site, first_seen FROM site;
        CREATE VIEW v_gaps AS SELECT id, from_time, to_time, missing, cause FROM gap;
        """

    static let drop = names.map { "DROP VIEW IF EXISTS \($0);" }.joined(separator: "\n")
}
