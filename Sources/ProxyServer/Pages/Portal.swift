public import PolicyCore
public import ProxyProtocols

/// A request for the portal's name, as the proxy hands it over once its body is in.
public struct PortalRequest: Sendable {
    public var method: String
    /// Path and query as sent.
    public var target: String
    /// At most 64 KiB.
    public var body: [UInt8]
    public var contentType: String?
    /// Origin as sent: a form sent by another site's page is told by it.
    public var origin: String?
    public var hints: PageHints
    public var identity: Identity
    public var user: String?
    /// `host:port` under which this client reaches the proxy, for the PAC file.
    public var proxy: String
    public var time: Instant

    public init(
        method: String, target: String, body: [UInt8] = [], contentType: String? = nil, origin: String? = nil, hints: PageHints,
        identity: Identity, user: String? = nil, proxy: String, time: Instant
    ) {
        self.method = method
        self.target = target
        self.body = body
        self.contentType = contentType
        self.origin = origin
        self.hints = hints
        self.identity = identity
        self.user = user
        self.proxy = proxy
        self.time = time
    }

    var path: String { String(target.prefix { $0 != "?" }) }
    var query: FormFields { FormFields(target.utf8.drop { $0 != UInt8(ascii: "?") }.dropFirst()) }
}

/// The proxy's own site, `http://weir.internal/`: what was just blocked on this device and why, Ask and Continue, the time left, the rules
/// for whoever reads it. It works without scripts and answers on the event loop.
public final class Portal: Sendable {
    let pages: Pages
    let ledger: PolicyLedger
    let recent: RecentBlocks
    let asks: any AskSink
    let askLimit = AskLimit()

    public init(pages: Pages, ledger: PolicyLedger, recent: RecentBlocks, asks: any AskSink) {
        self.pages = pages
        self.ledger = ledger
        self.recent = recent
        self.asks = asks
    }

    /// Whether a request for this canonical host is the portal's.
    public func isPortal(_ host: String) -> Bool { host == pages.portal }

    /// Answers a request for the portal's name.
    public func answer(_ request: PortalRequest, snapshot: PolicySnapshot) -> SelfMadeReply {
        switch (request.path, request.method) {
        case ("/", "GET"), ("/", "HEAD"): home(request, snapshot)
        case ("/me", "GET"), ("/me", "HEAD"): mine(request, snapshot)
        case (pages.stylePath, "GET"), (pages.stylePath, "HEAD"): style(request)
        case ("/proxy.pac", "GET"), ("/proxy.pac", "HEAD"), ("/wpad.dat", "GET"), ("/wpad.dat", "HEAD"):
            Self.autoConfig(proxy: request.proxy, portal: pages.portal, time: request.time)
        case ("/favicon.ico", "GET"), ("/favicon.ico", "HEAD"):
            SelfMadeReply(status: 204, fields: [("Cache-Control", "public, max-age=86400")], date: request.time.wholeSeconds)
        case ("/ask", "POST"), ("/continue", "POST"): take(request, snapshot)
        case ("/ask", "GET"), ("/continue", "GET"): see("/", request)
        case (_, "GET"), (_, "HEAD"): notice(404, "not-found", request)
        default: notice(405, "method-not-allowed", request)
        }
    }

    /// Answers the plain listener of `portal.listen`: the PAC file and nothing else.
    /// - Parameter proxy: `host:port` under which this device reaches the proxy.
    public static func plainAnswer(method: String, target: String, proxy: String, portal: String, time: Instant) -> SelfMadeReply {
        let path = target.prefix { $0 != "?" }
        guard path == "/proxy.pac" || path == "/wpad.dat" else {
            return SelfMadeReply(
                status: 404, code: "not-found", error: .requestError, closes: true, contentType: "text/plain; charset=utf-8",
                body: Array("Not found\n".utf8), fields: [Pages.noStore, Pages.noSniff], date: time.wholeSeconds)
        }
        guard method == "GET" || method == "HEAD" else {
            return SelfMadeReply(
                status: 405, code: "method-not-allowed", error: .requestError, closes: true, contentType: "text/plain; charset=utf-8",
                body: Array("Method not allowed\n".utf8), fields: [("Allow", "GET, HEAD"), Pages.noStore, Pages.noSniff],
                date: time.wholeSeconds)
        }
        return autoConfig(proxy: proxy, portal: portal, time: time)
    }

    private static func autoConfig(proxy: String, portal: String, time: Instant) -> SelfMadeReply {
        SelfMadeReply(
            status: 200, contentType: ProxyAutoConfig.contentType, body: Array(ProxyAutoConfig.script(proxy: proxy, portal: portal).utf8),
            fields: [Pages.noStore, Pages.noSniff], date: time.wholeSeconds)
    }

    private func style(_ request: PortalRequest) -> SelfMadeReply {
        SelfMadeReply(
            status: 200, contentType: "text/css; charset=utf-8", body: pages.style,
            fields: [("Cache-Control", "public, max-age=31536000, immutable"), Pages.noSniff], date: request.time.wholeSeconds)
    }

    /// A page of the portal.
    func reply(
        _ name: String, _ values: PageValues, _ request: PortalRequest, _ catalogue: MessageCatalogue, status: UInt16 = 200
    ) -> SelfMadeReply {
        SelfMadeReply(
            status: status, error: status >= 400 ? .requestError : nil, contentType: "text/html; charset=utf-8",
            body: pages.page(name, values, catalogue), fields: pages.portalFields(catalogue), date: request.time.wholeSeconds)
    }

    /// A page that says one thing: `notice.KEY.title` and `notice.KEY.text`.
    func notice(_ status: UInt16, _ key: String, _ request: PortalRequest) -> SelfMadeReply {
        let catalogue = pages.catalogue(request.hints)
        let values = PageValues(["title": "notice.\(key).title", "text": "notice.\(key).text"])
        var reply = self.reply("notice", values, request, catalogue, status: status)
        reply.code = key
        if status == 405 { reply.fields.append(("Allow", "GET, HEAD, POST")) }
        return reply
    }

    /// Sends the browser on with GET (303).
    func see(_ location: String, _ request: PortalRequest) -> SelfMadeReply {
        let target = location.hasPrefix("/") ? "http://\(pages.portal)\(location)" : location
        return SelfMadeReply(
            status: 303, fields: [("Location", target), Pages.noStore, ("Referrer-Policy", "no-referrer")], date: request.time.wholeSeconds)
    }
}
