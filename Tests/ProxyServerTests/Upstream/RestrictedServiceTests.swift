import Foundation
import PatternMatching
import PolicyCore
import Testing
import Visits

@testable import ProxyServer

/// `safe-search` and `youtube`: the restricted address is dialled under the service's own name.
@Suite("Services kept to their restricted form")
struct RestrictedServiceTests {
    /// The service at 127.0.0.1 and its restricted form at 127.0.0.2, on one port: each says which it is.
    private struct Pair {
        let open: RawOrigin
        let restricted: RawOrigin
        var port: Int { open.port }

        init() throws {
            open = try RawOrigin.answering { _ in RawOrigin.ok("open") }
            restricted = try RawOrigin.answering(host: 2, port: open.port) { _ in RawOrigin.ok("restricted") }
        }
    }

    private static let substitutes = [
        "forcesafesearch.google.com", "restrict.youtube.com", "restrictmoderate.youtube.com", "strict.bing.com", "safe.duckduckgo.com",
    ]

    private func start(_ snapshot: PolicySnapshot, change: (inout ProxyConfiguration) -> Void = { _ in }) async throws -> TestProxy {
        try await TestProxy.start(snapshot) {
            for name in Self.substitutes { $0.names.hosts[name] = [IPAddress(v4: 0x7f00_0002)] }
            change(&$0)
        }
    }

    /// Opens a tunnel, asks within it and tells who answered.
    private func answer(_ proxy: TestProxy, through target: String) throws -> String? {
        let client = try proxy.connect()
        client.send("CONNECT \(target) HTTP/1.1\r\nHost: \(target)\r\n\r\n")
        guard client.reply()?.status == 200 else { return nil }
        client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        return client.reply()?.text
    }

    @Test(
        "CONNECT: the restricted form answers under the service's name; without the setting, and for other names, the service itself",
        arguments: [
            ("www.google.com", true, GroupSettings.Restriction.off, "restricted"), ("www.google.co.uk", true, .off, "restricted"),
            ("www.bing.com", true, .off, "restricted"), ("duckduckgo.com", true, .off, "restricted"),
            ("www.google.com", false, .off, "open"), ("mail.google.com", true, .strict, "open"),
            ("www.youtube.com", false, .strict, "restricted"), ("m.youtube.com", false, .moderate, "restricted"),
            ("www.youtube.com", true, .off, "open"), ("search.yahoo.com", true, .off, "open"),
        ])
    func connect(host: String, safeSearch: Bool, youtube: GroupSettings.Restriction, answers: String) async throws {
        let pair = try Pair()
        try await start(try TestPolicy.snapshot(safeSearch: safeSearch, youtube: youtube)).run { proxy in
            let answered = try self.answer(proxy, through: "\(host):\(pair.port)")
            #expect(answered == answers)
            #expect(proxy.records.last?.beginning.host == host)
            #expect((answers == "open" ? pair.restricted : pair.open).connections == 0)
        }
    }

    @Test("A plain search carries the parameter, whatever the client asked for, to the restricted address under the service's name")
    func plain() async throws {
        let pair = try Pair()
        try await start(try TestPolicy.snapshot(safeSearch: true)).run { proxy in
            let host = "www.google.com:\(pair.port)"
            #expect(proxy.get("http://\(host)/search?safe=off&q=x&%73AFE=off")?.text == "restricted")
            #expect(pair.restricted.text.hasPrefix("GET /search?q=x&safe=active HTTP/1.1\r\nHost: \(host)\r\n"))
            #expect(proxy.records.last?.beginning.path == "/search?safe=off&q=x&%73AFE=off")
            // No restricted address is known: the parameter alone.
            #expect(proxy.get("http://search.yahoo.com:\(pair.port)/search?p=x")?.text == "open")
            #expect(pair.open.text.hasPrefix("GET /search?p=x&vm=r HTTP/1.1\r\n"))
        }
    }

    @Test("YouTube gets its header, the client's own is taken out", arguments: [GroupSettings.Restriction.strict, .moderate])
    func youtube(level: GroupSettings.Restriction) async throws {
        let pair = try Pair()
        try await start(try TestPolicy.snapshot(youtube: level)).run { proxy in
            let fields = "youtube-restrict: None\r\nX-A: b\r\nYouTube-Restrict: Off\r\n"
            #expect(proxy.get("http://www.youtube.com:\(pair.port)/watch?v=x", fields: fields)?.text == "restricted")
            let sent = pair.restricted.text
            #expect(sent.contains("\r\nYouTube-Restrict: \(level == .strict ? "Strict" : "Moderate")\r\n"))
            #expect(sent.lowercased().components(separatedBy: "youtube-restrict").count == 2)
            #expect(sent.contains("\r\nX-A: b\r\n"))
        }
    }

    @Test("Where the restricted form has no address the service is not reached at all", arguments: [true, false])
    func unresolved(isTunnel: Bool) async throws {
        let pair = try Pair()
        try await start(try TestPolicy.snapshot(safeSearch: true)) { $0.names.hosts["forcesafesearch.google.com"] = [] }.run { proxy in
            let host = "www.google.com:\(pair.port)"
            if isTunnel {
                let client = try proxy.connect()
                client.send("CONNECT \(host) HTTP/1.1\r\nHost: \(host)\r\n\r\n")
                let reply = client.reply()
                #expect(reply?.status == 502)
                #expect(reply?.field("Proxy-Status")?.contains("dns_error") == true)
            } else {
                #expect(proxy.get("http://\(host)/search?q=x")?.status == 502)
            }
            let end = await proxy.lastEnd()
            #expect(end?.reason == "safe-search-unresolved")
            #expect(end?.outcome == .upstreamError)
            #expect(await proxy.server.counters().unresolvedSubstitutes == 1)
            #expect(pair.open.connections == 0 && pair.restricted.connections == 0)
        }
    }

    @Test("The restricted address is held to the egress rules")
    func egress() async throws {
        let pair = try Pair()
        try await start(try TestPolicy.snapshot(safeSearch: true)) {
            $0.names.hosts["forcesafesearch.google.com"] = [IPAddress(v4: 0x0a00_0001)]
        }.run { proxy in
            #expect(proxy.get("http://www.google.com:\(pair.port)/")?.status == 403)
            #expect(pair.open.connections == 0)
        }
    }

    /// Kids are restricted, everybody else is not.
    private func family() throws -> PolicySnapshot {
        let kids = GroupDeclaration(
            name: "kids", addresses: [IPPrefix("10.0.0.0/8")].compactMap { $0 }, defaultVerdict: .allow, safeSearch: true)
        let document = PolicyDocument(timezone: "UTC", groups: [GroupDeclaration(name: "default", defaultVerdict: .allow), kids])
        return try PolicySnapshot.compile(document, generation: 1, lists: .none, zones: TestPolicy.UTC(), grants: [])
    }

    @Test("Kept connections never change hands between who is restricted and who is not, even where both stand at one address")
    func pool() async throws {
        let origin = try RawOrigin.answering { _ in RawOrigin.ok("x") }
        try await TestProxy.start(try family()) {
            $0.trustedPeers = ["127.0.0.1"]
            $0.allowClients.append("10.0.0.0/8")
        }.run { proxy in
            let url = "http://www.google.com:\(origin.port)/search?q="
            for round in 0..<4 {
                #expect(proxy.get("\(url)kid\(round)", fields: "X-Forwarded-For: 10.1.1.1\r\n")?.status == 200)
                #expect(proxy.get("\(url)adult\(round)")?.status == 200)
            }
            #expect(origin.connections == 2)
            for bytes in origin.bytes {
                let text = String(decoding: bytes, as: UTF8.self)
                #expect(text.contains("q=kid") != text.contains("q=adult"))
                #expect(text.contains("q=kid") == text.contains("safe=active"))
            }
        }
    }

    @Test("A tunnel to another host that shows the service's TLS name is closed")
    func fronting() async throws {
        let pair = try Pair()
        try await start(try TestPolicy.snapshot(safeSearch: true)).run { proxy in
            for (host, name, passes) in [
                ("other.test", "www.google.com", false), ("www.google.com", "www.google.de", true), ("www.bing.com", "mail.test", true),
            ] {
                let client = try proxy.connect()
                client.send("CONNECT \(host):\(pair.port) HTTP/1.1\r\nHost: \(host)\r\n\r\n")
                #expect(client.reply()?.status == 200)
                client.send(ClientHelloBytes.make(name))
                client.setTimeout(seconds: passes ? 0.3 : 5)
                #expect(client.isCut() == !passes)
                client.close()
                let end = await proxy.lastEnd()
                if !passes {
                    #expect(end?.outcome == .closedByPolicy)
                    #expect(end?.rule == "groups.default.safe-search")
                    #expect(end?.reason == "safe-search")
                    #expect(end?.up == 0)
                }
            }
        }
    }

    @Test("Switched on while a tunnel, WebSocket or download to the service runs, it closes that", arguments: RunningTraffic.allCases)
    func switchedOn(traffic: RunningTraffic) async throws {
        let origin = try RunningTraffic.origin()
        try await TestProxy.start(try TestPolicy.snapshot()).run { proxy in
            let client = try traffic.begin(proxy, origin, host: "www.youtube.com")
            proxy.server.publish(try TestPolicy.snapshot(safeSearch: true, generation: 2))
            client.setTimeout(seconds: 0.5)
            #expect(!client.isCut(), "search alone is restricted")
            client.setTimeout(seconds: 5)
            proxy.server.publish(try TestPolicy.snapshot(youtube: .moderate, generation: 3))
            #expect(client.isCut())
            let end = await proxy.lastEnd()
            #expect(end?.outcome == .closedByPolicy)
            #expect(end?.rule == "groups.default.youtube")
        }
    }
}
