import ProxyProtocols

extension PendingRequest {
    /// Whether somebody opened a page, rather than a page its parts: the browser says so (Sec-Fetch-Dest), or it asks for HTML first.
    var isPage: Bool {
        guard head.method == .get else { return false }
        if let destination = head.first(of: .secFetchDest) { return destination.elementsEqual("document".utf8) }
        return head.first(of: .accept).map { $0.starts(with: "text/html".utf8) } ?? false
    }
}
