internal import GRDB
internal import PatternMatching
internal import PolicyCore

/// Texts by their numbers, looked up once each: a week has few of them and millions of visits.
struct RecordedNames {
    private var terms: [Int64: String] = [:]
    private var hosts: [Int64: String] = [:]
    private var clients: [Int64: String] = [:]
    private var boots: [Int64: UInt64] = [:]
    private var addresses: [Int64: IPAddress?] = [:]

    /// Texts kept of one kind.
    private static let most = 200_000

    mutating func term(_ id: Int64?, in database: Database) throws -> String? {
        guard let id else { return nil }
        return try Self.text(id, "SELECT text FROM term WHERE id = ?", &terms, database)
    }

    mutating func host(_ id: Int64?, in database: Database) throws -> String? {
        guard let id else { return nil }
        return try Self.text(id, "SELECT name FROM host WHERE id = ?", &hosts, database)
    }

    mutating func client(_ id: Int64, in database: Database) throws -> String {
        try Self.text(id, "SELECT name FROM client WHERE id = ?", &clients, database) ?? ""
    }

    mutating func address(_ id: Int64?, in database: Database) throws -> (text: String?, address: IPAddress?) {
        guard let id, let text = try term(id, in: database) else { return (nil, nil) }
        if let known = addresses[id] { return (text, known) }
        let address = IPAddress(text)
        if addresses.count >= Self.most { addresses.removeAll(keepingCapacity: true) }
        addresses[id] = .some(address)
        return (text, address)
    }

    mutating func boot(_ id: Int64, in database: Database) throws -> UInt64 {
        if let known = boots[id] { return known }
        let statement = try database.cachedStatement(sql: "SELECT code FROM boot WHERE id = ?")
        let code = UInt64(bitPattern: try Int64.fetchOne(statement, arguments: [id]) ?? 0)
        boots[id] = code
        return code
    }

    private static func text(
        _ id: Int64, _ sql: String, _ known: inout [Int64: String], _ database: Database
    ) throws -> String? {
        if let text = known[id] { return text }
        guard let text = try String.fetchOne(try database.cachedStatement(sql: sql), arguments: [id]) else { return nil }
        if known.count >= most { known.removeAll(keepingCapacity: true) }
        known[id] = text
        return text
    }
}
