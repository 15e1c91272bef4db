internal import GRDB
internal import PatternMatching
internal import PolicyCore
internal import Visits

/// Gives texts their numbers. Known ones are answered from memory; all of it is forgotten when a transaction is rolled back.
final class Interner {
    private struct TermKey: Hashable {
        let kind: Int64
        let text: String
    }

    private struct Host {
        let id: Int64
        let site: Int64
    }

    /// A client of this batch, and what its last visit says of it.
    private final class Seen {
        let id: Int64
        var last: VisitBeginning

        init(id: Int64, last: VisitBeginning) {
            self.id = id
            self.last = last
        }
    }

    private static let mostTexts = 200_000

    private let site: @Sendable (String) -> String
    private var terms: [TermKey: Int64] = [:]
    /// The last text of each kind. An empty text is never looked up.
    private var lastTerms = [(text: String, id: Int64)](repeating: ("", 0), count: Int(TermKind.list.rawValue) + 1)
    /// The last address. Spelling one out costs more than comparing it.
    private var lastAddress: (address: IPAddress, id: Int64)?
    private var hosts: [String: Host] = [:]
    private var clients: [String: Int64] = [:]
    private var seen: [String: Seen] = [:]
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

    /// nil for none and for an empty text.
    func term(_ kind: TermKind, _ text: String?) throws -> Int64? {
        guard let text, !text.isEmpty else { return nil }
        // Neighbours mostly share method, group, rule and so on: comparing with the last one saves hashing.
        let place = Int(kind.rawValue)
        if lastTerms[place].text == text { return lastTerms[place].id }
        let key = TermKey(kind: kind.rawValue, text: text)
        if let id = terms[key] {
            lastTerms[place] = (text, id)
            return id
        }
        try addTerm.bind(kind.rawValue).bind(text).run()
        guard let id = try findTerm.bind(kind.rawValue).bind(text).number() else { throw VisitStoreError.database("a text got no number") }
        if terms.count >= Self.mostTexts { terms = [:] }
        terms[key] = id
        return id
    }

    /// nil for none.
    func address(_ address: IPAddress?) throws -> Int64? {
        guard let address else { return nil }
        if let lastAddress, lastAddress.address == address { return lastAddress.id }
        let id = try term(.address, address.description)
        lastAddress = id.map { (address, $0) }
        return id
    }

    /// Host and site; nil and 0 where there is no host.
    func host(_ name: String, time: Int64) throws -> (host: Int64?, site: Int64) {
        if name.isEmpty { return (nil, 0) }
        if let known = hosts[name] { return (known.id, known.site) }
        let siteName = site(name)
        try addSite.bind(siteName).bind(time).run()
        guard let site = try findSite.bind(siteName).number() else { throw VisitStoreError.database("a site got no number") }
        try addHost.bind(name).bind(site).run()
        guard let id = try findHost.bind(name).number() else { throw VisitStoreError.database("a host got no number") }
        if hosts.count >= Self.mostTexts { hosts = [:] }
        hosts[name] = Host(id: id, site: site)
        return (id, site)
    }

    /// Notes the client of a visit as seen.
    func see(_ visit: VisitBeginning) throws {
        if let known = seen[visit.client] {
            known.last = visit
        } else {
            let id = try number(ofClient: visit.client, time: visit.time.milliseconds)
            seen[visit.client] = Seen(id: id, last: visit)
        }
    }

    func number(ofClient name: String, time: Int64) throws -> Int64 {
        if let id = clients[name] { return id }
        try addClient.bind(name).bind(time).run()
        guard let id = try findClient.bind(name).number() else { throw VisitStoreError.database("a client got no number") }
        if clients.count >= Self.mostTexts { clients = [:] }
        clients[name] = id
        return id
    }

    /// Writes what was seen of clients since the last call.
    func saveSeen() throws {
        for (_, client) in seen {
            let last = client.last
            try seeClient.bind(last.time.milliseconds).bind(try term(.group, last.group))
                .bind(try address(last.address)).bind(try term(.user, last.user))
                .bind(try term(.userAgent, last.userAgent)).bind(client.id).run()
        }
        seen.removeAll(keepingCapacity: true)
    }
}
