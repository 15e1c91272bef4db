import Hummingbird
import PatternMatching
import PolicyCore
import VisitStore

/// How a device comes to use the proxy, and whether it does.
enum ConnectPage {
    @Sendable static func show(_ request: AdminRequest) async throws -> Response {
        let configuration = request.site.configuration
        let host = HostRule.withoutPort(request.host) ?? "localhost"
        let scheme = configuration.tls == nil ? "http" : "https"
        let pac = "\(scheme)://\(request.host)/proxy.pac"
        let isLocal = host == "localhost" || IPAddress(host)?.isLoopback ?? false
        let view: View = [
            "proxy-host": host, "proxy-port": configuration.proxyPort, "pac": pac, "portal": "http://\(configuration.portalName)/",
            "qr": QRCode(pac).map { $0.svg(title: request.t["connect-qr"]) }, "is-local": isLocal,
            "since": "\(request.now.milliseconds)",
            "systems": ["windows", "macos", "ios", "android", "linux", "firefox"].map { name -> View in
                [
                    "title": request.t["connect-\(name)"],
                    "steps": (1...4).map { "connect-\(name)-\($0)" }.filter { request.t.has($0) }.map {
                        request.t($0, pac, host, "\(configuration.proxyPort)")
                    },
                ]
            },
        ]
        return try await request.page("connect", title: request.t["nav-connect"], in: .connect, view)
    }

    private struct Seen: Encodable {
        var seen: Bool
        var text: String?
    }

    /// Whether a device made a request since the page was opened (`since`, milliseconds).
    @Sendable static func seen(_ request: AdminRequest) async throws -> Response {
        guard let since = request.query["since"].flatMap({ Int64($0) }) else { throw AdminFailure.bad("since") }
        let latest = try await request.site.reading { try $0.recentClients(limit: 1) }.first
        guard let latest, latest.lastSeen.milliseconds >= since else { return try Reply.json(Seen(seen: false)) }
        return try Reply.json(Seen(seen: true, text: request.t("connect-seen", latest.client)))
    }

    @Sendable static func pac(_ request: AdminRequest) async throws -> Response {
        let host = HostRule.withoutPort(request.host) ?? "localhost"
        return Reply.text(request.site.dependencies.pac(host), type: "application/x-ns-proxy-autoconfig")
    }
}
