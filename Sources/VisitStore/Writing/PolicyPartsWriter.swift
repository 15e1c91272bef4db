internal import GRDB

/// Writes what the policy consists of. Rules and lists that stay keep the day they came.
struct PolicyPartsWriter {
    let parts: PolicyParts
    /// The day from which hits of what is new count.
    let today: Int64

    /// Inside the caller's transaction.
    func run(_ database: Database) throws {
        let rules = Set(try String.fetchAll(database, sql: "SELECT rule FROM policy_rule"))
        for gone in rules.subtracting(parts.rules.map(\.path)) {
            try database.execute(sql: "DELETE FROM policy_rule WHERE rule = ?", arguments: [gone])
        }
        for rule in parts.rules {
            try database.execute(sql: WritingSQL.addRule, arguments: [rule.path, rule.sentence, today])
        }
        let lists = Set(try String.fetchAll(database, sql: "SELECT list FROM policy_list"))
        for gone in lists.subtracting(parts.lists) {
            try database.execute(sql: "DELETE FROM policy_list WHERE list = ?", arguments: [gone])
        }
        for list in parts.lists { try database.execute(sql: WritingSQL.addList, arguments: [list, today]) }
    }
}
