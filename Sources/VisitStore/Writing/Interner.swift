internal import GRDB
internal import PatternMatching
internal import PolicyCore
internal import Visits

/// Gives texts their numbers. Known ones are answered from memory, by their bytes; all of it is forgotten when a transaction is rolled back.
final class Interner {
    /// What a client's last visit of this batch says of it, as numbers; 0 for none.
    struct Seen {
        var client: Int64
        var time: Int64
        var group: Int64
        var address: Int64
        var user: Int64
        var userAgent: Int64
    }

    /// Bytes of each table: hosts and names of programs are anybody's to make up. Over it the table is begun anew, and what is asked for again is
    /// found in the database.
    static let mostBytes = 4 << 20

    /// The day of UTC on which what is stored now is used.
    private var day: Int64 = 0
    private let site: @Sendable (String) -> String
    private var terms = TextTable()
    /// The entry of each kind's last text, -1 for none. An empty text is never looked up.
    private var lastTerms = [Int](repeating: -1, count: Int(TermKind.list.rawValue) + 1)
    /// The last address. Spelling one out costs more than comparing it.
    private var lastAddress: (address: IPAddress, id: Int64)?
    private var hosts = TextTable()
    private var clients = TextTable()
    private var lastClient = -1
    private var seen: [Int64: Seen] = [:]
    private var lastSeen: Seen?
    private let addTerm: SQLStatement, findTerm: SQLStatement, addSite: SQLStatement, findSite: SQLStatement, addHost: SQLStatement
    private let findHost: SQLStatement, addClient: SQLStatement, findClient: SQLStatement, seeClient: SQLStatement

    init(site: @escaping @Sendable (String) -> String, in database: Database) throws {
        self.site = site
        addTerm = try SQLStatement(WritingSQL.addTerm, in: database)
        findTerm = try SQLStatement(WritingSQL.findTerm, in: database)
        addSite = try SQLStatement(WritingSQL.addSite, in: database)
        findSite = try SQLStatement(WritingSQL.findSite, in: database)
        addHost = try SQLStatement(WritingSQL.addHost, in: database)
        findHost = try SQLStatement(WritingSQL.findHost, in: database)
        addClient = try SQLStatement(WritingSQL.addClient, in: database)
        findClient = try SQLStatement(WritingSQL.findClient, in: database)
        seeClient = try SQLStatement(WritingSQL.seeClient, in: database)
    }

    /// Before a batch: texts that were known on an earlier day are looked up once more, and noted as used on this one.
    /// - Parameter time: now, milliseconds since 1970.
    func begin(at time: Int64) {
        let today = floorDivide(time, UnusedTexts.dayLength)
        if today == day { return }
        day = today
        forget()
    }

    /// Everything known may be gone from the database.
    func forget() {
        forgetTerms()
        hosts = TextTable()
        clients = TextTable()
        lastClient = -1
        lastAddress = nil
    }

    private func forgetTerms() {
        terms = TextTable()
        for kind in lastTerms.indices { lastTerms[kind] = -1 }
    }

    /// Bytes of all that is known.
    var size: Int { terms.size + hosts.size + clients.size }

    /// 0 for an empty text.
    func term(_ kind: TermKind, _ text: UnsafeRawBufferPointer) throws -> Int64 {
        if text.isEmpty { return 0 }
        // Neighbours mostly share method, group, rule and so on: comparing with the last one saves hashing.
        let place = Int(kind.rawValue)
        if lastTerms[place] >= 0, terms.holds(lastTerms[place], text) { return terms.numbers(lastTerms[place]).0 }
        let entry: Int
        if let known = terms.find(kind.rawValue, text) {
            entry = known
        } else {
            let id = try newTerm(kind, text)
            if terms.size >= Self.mostBytes { forgetTerms() }
            entry = terms.add(kind.rawValue, text, (id, 0))
        }
        lastTerms[place] = entry
        return terms.numbers(entry).0
    }

    /// nil for none and for an empty text.
    func term(_ kind: TermKind, _ text: String?) throws -> Int64? {
        guard var text else { return nil }
        return try text.withUTF8 { try term(kind, UnsafeRawBufferPointer($0)) }.orNil
    }

    private func newTerm(_ kind: TermKind, _ bytes: UnsafeRawBufferPointer) throws -> Int64 {
        var text = String(decoding: bytes, as: UTF8.self)
        if kind == .budget {
            guard let budget = BudgetText.decode(text) else { return 0 }
            text = BudgetText.encode(budget)
        }
        try addTerm.bind(kind.rawValue).bind(text).bind(day).run()
        guard let id = try findTerm.bind(kind.rawValue).bind(text).number() else { throw VisitStoreError.database("a text got no number") }
        return id
    }

    /// 0 for none.
    func address(_ address: IPAddress?) throws -> Int64 {
        guard let address else { return 0 }
        if let lastAddress, lastAddress.address == address { return lastAddress.id }
        let id = try term(.address, address.description) ?? 0
        lastAddress = (address, id)
        return id
    }

    /// Host and site; 0 where there is no host.
    func host(_ name: UnsafeRawBufferPointer, time: Int64) throws -> (host: Int64, site: Int64) {
        if name.isEmpty { return (0, 0) }
        if let known = hosts.find(0, name) { return hosts.numbers(known) }
        let text = String(decoding: name, as: UTF8.self)
        let siteName = site(text)
        try addSite.bind(siteName).bind(time).bind(day).run()
        guard let site = try findSite.bind(siteName).number() else { throw VisitStoreError.database("a site got no number") }
        try addHost.bind(text).bind(site).bind(day).run()
        guard let id = try findHost.bind(text).number() else { throw VisitStoreError.database("a host got no number") }
        if hosts.size >= Self.mostBytes { hosts = TextTable() }
        _ = hosts.add(0, name, (id, site))
        return (id, site)
    }

    func host(_ name: String, time: Int64) throws -> (host: Int64, site: Int64) {
        var name = name
        return try name.withUTF8 { try host(UnsafeRawBufferPointer($0), time: time) }
    }

    func number(ofClient name: UnsafeRawBufferPointer, time: Int64) throws -> Int64 {
        if lastClient >= 0, clients.holds(lastClient, name) { return clients.numbers(lastClient).0 }
        if let known = clients.find(0, name) {
            lastClient = known
            return clients.numbers(known).0
        }
        let text = String(decoding: name, as: UTF8.self)
        try addClient.bind(text).bind(time).run()
        guard let id = try findClient.bind(text).number() else { throw VisitStoreError.database("a client got no number") }
        if clients.size >= Self.mostBytes { clients = TextTable() }
        lastClient = clients.add(0, name, (id, 0))
        return id
    }

    func number(ofClient name: String, time: Int64) throws -> Int64 {
        var name = name
        return try name.withUTF8 { try number(ofClient: UnsafeRawBufferPointer($0), time: time) }
    }

    /// Notes the client of a visit as seen.
    func see(_ visit: Seen) {
        if let lastSeen, lastSeen.client != visit.client { seen[lastSeen.client] = lastSeen }
        lastSeen = visit
    }

    /// Writes what was seen of clients since the last call.
    func saveSeen() throws {
        if let lastSeen { seen[lastSeen.client] = lastSeen }
        lastSeen = nil
        for (_, last) in seen {
            try seeClient.bind(last.time).bind(last.group.orNil).bind(last.address.orNil).bind(last.user.orNil)
                .bind(last.userAgent.orNil).bind(last.client).run()
        }
        seen.removeAll(keepingCapacity: true)
    }
}
