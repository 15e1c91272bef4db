public import PolicyCore

extension PolicyStore {
    /// Open requests kept at most: a device cannot fill the database by asking.
    static let mostOpenAsks = 1000

    /// Stores a request for access. The same client asking for the same site under the same rule again only counts.
    public func ask(_ request: AccessRequest) throws {
        var request = request
        request.client = String(request.client.prefix(255))
        request.url = String(request.url.prefix(2048))
        request.note = request.note.map { String($0.prefix(500)) }.flatMap { $0.isEmpty ? nil : $0 }
        try database.addAsk(request, most: PolicyStore.mostOpenAsks)
    }

    /// Requests, the newest first.
    /// - Parameter open: those not decided yet; else those that are, at most 500.
    public func asks(open: Bool) throws -> [Ask] { try database.asks(open: open) }

    public func ask(_ id: Int64) throws -> Ask {
        guard let ask = try database.ask(id) else { throw PolicyStoreError.noSuchAsk(id) }
        return ask
    }

    /// Approves a request, which makes a grant for the site it was about, or denies it.
    /// - Parameters:
    ///   - minutes: how long the grant holds; nil for good.
    ///   - scope: whom it is for.
    /// - Returns: the grant, nil where denied.
    @discardableResult
    public func decideAsk(_ id: Int64, approve: Bool, minutes: Int?, scope: Ask.ApprovalScope = .client, author: String) throws -> Grant? {
        let ask = try ask(id)
        guard ask.state == .open else { throw PolicyStoreError.alreadyDecided(id) }
        var made: Grant?
        if approve {
            let whom: Grant.Scope =
                switch scope {
                case .client: .client(ask.request.client)
                case .group: .group(ask.request.group)
                case .everyone: .everyone
                }
            let site = ask.request.site.isEmpty ? ask.request.host : ask.request.site
            made = try grant(
                GrantRequest(scope: whom, allows: true, target: "site:\(site)", minutes: minutes, reason: "asked for"), author: author)
        }
        try database.decideAsk(id, state: approve ? .approved : .denied, author: author, time: clock(), grant: made?.id)
        try accounts.audit(author, approve ? "ask.approve" : "ask.deny", "\(id): \(ask.request.client) \(ask.request.site)")
        return made
    }
}
