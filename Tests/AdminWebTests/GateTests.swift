import Foundation
import HTTPTypes
import NIOCore
import PolicyStore
import Testing

@testable import AdminWeb

/// SECURITY.md's A rows, over a real socket.
@Suite struct GateTests {
    /// Every route of the site, each refused to whoever may not.
    @Test func everyRouteAsksForItsRole() async throws {
        try await TestSite.with { (site: TestSite) async throws in
            let user = try await site.browser(.user)
            let viewer = try await site.browser(.viewer)
            for route in Routes.all where route.need != .nothing && route.need != .loopback {
                let path = route.path.split(separator: "/").map { $0.hasPrefix(":") ? "/x" : "/\($0)" }.joined()
                let target = path.isEmpty ? "/" : path
                let method = route.method.rawValue
                let nobody = try await site.client.request(method, target, fields: [TestBrowser.form], body: route.changes ? "" : nil)
                let expected = route.changes || route.isAPI ? 401 : 303
                #expect(nobody.status == expected, "nobody \(method) \(target)")
                for (browser, role) in [(user, Account.Role.user), (viewer, .viewer)] where !route.need.isMet(by: role, fromLoopback: false)
                {
                    let reply = try await browser.client.request(
                        method, target, fields: ["Cookie: \(browser.cookie)", TestBrowser.form],
                        body: route.changes ? "csrf=\(browser.token)" : nil)
                    #expect(reply.status == 403, "\(role) \(method) \(target)")
                }
            }
        }
    }

    @Test func changesNeedTheFormsToken() async throws {
        try await TestSite.with { (site: TestSite) async throws in
            let manager = try await site.browser(.manager)
            let body = "scope=everyone&verb=block&target=all&for=15"
            let cookie = ["Cookie: \(manager.cookie)", TestBrowser.form]
            for wrong in ["", "csrf=", "csrf=\(String(repeating: "0", count: 64))"] {
                let reply = try await site.client.request("POST", "/grants", fields: cookie, body: "\(wrong)&\(body)")
                #expect(reply.status == 403)
            }
            // As a form another site could send: text/plain, its own Origin.
            let plain = try await site.client.request(
                "POST", "/grants", fields: ["Cookie: \(manager.cookie)", "Content-Type: text/plain"], body: "csrf=\(manager.token)&\(body)")
            #expect(plain.status == 403)
            for field in ["Origin: http://evil.example", "Origin: null", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Site: same-site"] {
                #expect(try await manager.post("/grants", body, fields: [field]).status == 403, "\(field)")
            }
            #expect(try await site.policy.grants().isEmpty)
            let port = site.client.address.port ?? 0
            let reply = try await manager.post(
                "/grants", body, fields: ["Origin: http://127.0.0.1:\(port)", "Sec-Fetch-Site: same-origin"])
            #expect(reply.status == 303)
            #expect(try await site.policy.grants().count == 1)
            // GET changes nothing.
            #expect(try await manager.get("/grants?csrf=\(manager.token)&\(body)").status == 404)
        }
    }

    @Test(arguments: ["evil.example", "127.0.0.2", "127.0.0.1.evil.example:80", "weir.test.evil.example", "[::1]x"])
    func otherHostsAreMisdirected(_ host: String) async throws {
        try await TestSite.with { (site: TestSite) async throws in
            #expect(try await site.client.request("GET", "/sign-in", host: host).status == 421 || host == "127.0.0.2")
            #expect(try await site.client.request("POST", "/api/setup", host: "evil.example", body: "{}").status == 421)
            #expect(try await site.client.request("GET", "/sign-in", host: "weir.test").status == 200)
            #expect(try await site.client.request("GET", "/sign-in", host: "localhost:1").status == 200)
        }
    }

    @Test func everyReplyIsGuarded() async throws {
        try await TestSite.with { (site: TestSite) async throws in
            let owner = try await site.browser(.owner)
            for path in ["/", "/visits", "/settings", "/nowhere", "/policy/text", "/sign-in", "/api/lists", "/healthz"] {
                let reply = try await owner.get(path)
                #expect(reply["content-security-policy"]?.contains("default-src 'none'") ?? false, "\(path)")
                #expect(reply["content-security-policy"]?.contains("frame-ancestors 'none'") ?? false)
                #expect(reply["content-security-policy"]?.contains("unsafe") == false)
                #expect(reply["x-content-type-options"] == "nosniff")
                #expect(reply["x-frame-options"] == "DENY")
                #expect(reply["referrer-policy"] == "same-origin")
                #expect(reply["cache-control"] == "no-store", "\(path)")
                #expect(!reply.body.contains("style=\"") && !reply.body.contains("onclick"), "\(path)")
            }
        }
    }

    @Test func sessionsAreNewAtSignInAndEndAtSignOut() async throws {
        try await TestSite.with { (site: TestSite) async throws in
            let first = try await site.browser(.viewer)
            let reply = try await first.post("/sign-in", "user=the-viewer&password=correct+horse")
            let cookie = try #require(reply["set-cookie"])
            #expect(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict") && cookie.contains("Path=/"))
            let second = try #require(cookie.split(separator: ";").first.map(String.init))
            #expect(second != first.cookie)
            #expect(try await first.get("/visits").status == 303)
            let browser = TestBrowser(client: site.client, cookie: second, token: FormToken(session: String(second.dropFirst(5))).text)
            #expect(try await browser.get("/visits").status == 200)
            #expect(try await browser.post("/sign-out").status == 303)
            #expect(try await browser.get("/visits").status == 303)
        }
    }

    @Test func sessionsEndByThemselves() async throws {
        try await TestSite.with { (site: TestSite) async throws in
            let idle = try await site.browser(.viewer)
            site.clock.move(seconds: 31 * 60)
            #expect(try await idle.get("/visits").status == 303)
            let busy = try await site.browser(.viewer)
            for _ in 0..<24 {
                site.clock.move(seconds: 29 * 60)
                #expect(try await busy.get("/visits").status == 200)
            }
            site.clock.move(seconds: 29 * 60)
            #expect(try await busy.get("/visits").status == 303)
        }
    }

    @Test func guessingIsSlowedForNamesKnownAndUnknown() async throws {
        try await TestSite.with { (site: TestSite) async throws in
            _ = try await site.browser(.viewer)
            var texts: Set<String> = []
            for user in ["the-viewer", "nobody"] {
                let reply = try await site.client.request(
                    "POST", "/sign-in", fields: [TestBrowser.form], body: "user=\(user)&password=wrong")
                #expect(reply.status == 401)
                texts.insert(reply.body.replacing("value=\"\(user)\"", with: ""))
            }
            #expect(texts.count == 1)
            var last = 0
            for _ in 0..<12 where last != 429 {
                let reply = try await site.client.request(
                    "POST", "/sign-in", fields: [TestBrowser.form], body: "user=the-viewer&password=x")
                last = reply.status
                if last == 429 { #expect(reply["retry-after"].flatMap { Int($0) } ?? 0 > 0) }
            }
            #expect(last == 429)
            // Never for good.
            site.clock.move(seconds: 16 * 60)
            #expect(
                try await site.client.request(
                    "POST", "/sign-in", fields: [TestBrowser.form], body: "user=the-viewer&password=correct+horse"
                ).status
                    == 303)
        }
    }

    @Test func bodiesAreBounded() async throws {
        try await TestSite.with { (site: TestSite) async throws in
            let body = String(repeating: "a", count: AdminRoute.usualBody + 1)
            #expect(try await site.client.request("POST", "/sign-in", fields: [TestBrowser.form], body: body).status == 413)
            #expect(try await site.client.request("POST", "/api/setup", body: body).status == 413)
        }
    }

    @Test(arguments: [
        "/static/../admin/layout.mustache", "/static/..%2fadmin%2flayout.mustache", "/static/%2e%2e%2f%2e%2e%2fetc%2fpasswd", "/static/",
        "/static//etc/passwd",
        "/static/weir.css%00", "/static/....//weir.css",
    ])
    func staticFilesStayInTheirFolder(_ path: String) async throws {
        try await TestSite.with { (site: TestSite) async throws in
            #expect(try await site.client.request("GET", path).status == 404)
        }
    }

    @Test func staticFilesAreKeptByTheirHash() async throws {
        try await TestSite.with { (site: TestSite) async throws in
            let page = try await site.client.request("GET", "/sign-in")
            let address = try #require(page.body.firstMatch(of: /\/static\/weir\.css\?v=[0-9a-f]{16}/).map { String($0.0) })
            let file = try await site.client.request("GET", address)
            #expect(file.status == 200 && file["content-type"] == "text/css; charset=utf-8")
            #expect(file["cache-control"]?.contains("immutable") ?? false)
            let tag = try #require(file["etag"])
            #expect(try await site.client.request("GET", "/static/weir.css", fields: ["If-None-Match: \(tag)"]).status == 304)
            #expect(try await site.client.request("GET", "/static/weir.css").fields.contains { $0.value == "no-cache" })
        }
    }

    @Test func watchersNeedNoSignInFromThisMachine() async throws {
        try await TestSite.with { (site: TestSite) async throws in
            for path in ["/healthz", "/readyz", "/metrics", "/api/status"] {
                #expect(try await site.client.request("GET", path).status == 200)
            }
            let metrics = try await site.client.request("GET", "/metrics")
            #expect(metrics.body.contains("# HELP weir_visits_missing_total Lost\\nvisits\n# TYPE weir_visits_missing_total counter\n"))
            #expect(metrics.body.contains("weir_visits_missing_total{why=\"a\\\"b\\\\\"} 3\n"))
        }
    }

    /// Bytes that are no request, and heads beyond all bounds: the site answers or closes, and goes on.
    @Test func survivesNonsense() async throws {
        try await TestSite.with { (site: TestSite) async throws in
            let nonsense = [
                "\r\n\r\n", "GET\r\n\r\n", "GET /\u{0} HTTP/1.1\r\n\r\n", "\u{16}\u{3}\u{1}\u{2}", "GET / HTTP/9.9\r\n\r\n",
                "GET /" + String(repeating: "a", count: 100_000) + " HTTP/1.1\r\n\r\n",
                "GET / HTTP/1.1\r\n" + String(repeating: "X: y\r\n", count: 5000) + "\r\n",
                "POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                "GET //evil.example/%2e%2e HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
                "GET /visits?before=99999999999999999999.1&from=x&\u{ff} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
                "FROB / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
            ]
            for bytes in nonsense { try await site.client.throwAway(bytes) }
            #expect(try await site.client.request("GET", "/healthz").status == 200)
        }
    }
}

@Suite struct CookieTests {
    @Test func overTLSTheBrowserGuardsTheName() {
        #expect(Cookies.session("s", isTLS: true) == "__Host-weir=s; Path=/; HttpOnly; SameSite=Strict; Secure")
        #expect(Cookies.session("s", isTLS: false) == "weir=s; Path=/; HttpOnly; SameSite=Strict")
        #expect(Cookies.session("", isTLS: true).hasSuffix("; Max-Age=0"))
    }
}
