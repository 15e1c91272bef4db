import PatternMatching
import PolicyCore
import ProxyProtocols
import Testing

@testable import ProxyServer

@Suite struct PortalTests {
    private let fixture: PageFixture

    init() throws { fixture = try PageFixture() }

    private func form(_ token: String, note: String = "") -> String {
        "token=\(token)&note=" + note.utf8.map { "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private func note(_ url: String, at time: Instant = PageFixture.afternoon) throws {
        let notice = try fixture.notice(url, at: time)
        fixture.recent.note(
            RecentBlock(time: time, url: notice.asked.url, method: notice.asked.method, decision: notice.decision),
            client: notice.identity.client)
    }

    private func location(_ reply: SelfMadeReply) -> String? { reply.fields.first { $0.name == "Location" }?.value }

    @Test func emptyAtFirst() {
        let page = fixture.request("GET", "/")
        #expect(page.reply.status == 200)
        #expect(page.text.contains("Nothing was blocked here lately"))
        #expect(page.text.contains("mia-laptop") && page.text.contains("kids"))
        #expect(Markup.problems(page.text) == [])
        let policy = page.reply.fields.first { $0.name == "Content-Security-Policy" }?.value
        #expect(policy?.contains("default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'") == true)
    }

    @Test func tellsOfTunnelsToo() throws {
        try note("bet.example:443")
        try note("shop.example:443")
        try note("http://other.example/<script>")
        let page = fixture.request("GET", "/")
        for word in ["bet.example", "https://shop.example/", "groups.kids.rules[1]", "Continue for 15 minutes"] {
            #expect(page.text.contains(word), "\(word)")
        }
        #expect(!page.text.contains("<script"))
        #expect(Markup.tokens(page.text, path: "/ask").count == 3)
        #expect(Markup.tokens(page.text, path: "/continue").count == 1)
        #expect(Markup.problems(page.text) == [])
        #expect(!fixture.request("GET", "/", address: "203.0.113.9").text.contains("bet.example"), "another device sees its own alone")
    }

    @Test func whatIsAllowedMeanwhileIsMarked() throws {
        try note("http://shop.example/")
        fixture.ledger.continueWarned(
            client: "mia-laptop", rule: "groups.kids.rules[4]", site: "shop.example",
            until: Instant(milliseconds: PageFixture.afternoon.milliseconds + 60_000))
        let page = fixture.request("GET", "/")
        #expect(page.text.contains("This opens now"))
        #expect(Markup.tokens(page.text, path: "/ask").isEmpty)
        #expect(Markup.problems(page.text) == [])
    }

    @Test func asking() throws {
        let token = try #require(try Markup.tokens(fixture.page("http://bet.example/a?b").text, path: "/ask").first)
        let answer = fixture.request("POST", "/ask", body: form(token, note: "for <school> & more"))
        #expect(answer.reply.status == 303)
        #expect(location(answer.reply) == "http://weir.internal/?said=asked")
        let ask = try #require(fixture.asks.all.first)
        #expect(ask.client == "mia-laptop" && ask.group == "kids" && ask.url == "http://bet.example/a?b" && ask.host == "bet.example")
        #expect(ask.site == "bet.example" && ask.rule == "groups.kids.rules[1]" && ask.category == "gambling")
        #expect(ask.note == "for <school> & more")
        #expect(ask.time == PageFixture.afternoon)
        #expect(location(fixture.request("POST", "/ask", body: form(token)).reply) == "http://weir.internal/?said=already")
        #expect(fixture.asks.all.count == 1)
        for said in ["asked", "already", "continued", "<script>", ""] {
            let page = fixture.request("GET", "/?said=\(said)")
            #expect(page.text.contains("role=\"status\"") == ["asked", "already", "continued"].contains(said))
        }
    }

    @Test func longNotesAreCut() throws {
        let token = try #require(try Markup.tokens(fixture.page("http://bet.example/").text, path: "/ask").first)
        _ = fixture.request("POST", "/ask", body: form(token, note: String(repeating: "é", count: 9000)))
        #expect(fixture.asks.all.first?.note.count == 500)
    }

    @Test func continuing() throws {
        let token = try #require(try Markup.tokens(fixture.page("http://shop.example/a?b").text, path: "/continue").first)
        let answer = fixture.request("POST", "/continue", body: form(token))
        #expect(answer.reply.status == 303)
        #expect(location(answer.reply) == "http://shop.example/a?b")
        #expect(try fixture.notice("http://shop.example/other").decision.verdict == .allow)
        let later = Instant(milliseconds: PageFixture.afternoon.milliseconds + 15 * 60_000)
        #expect(try fixture.notice("http://shop.example/other", at: later).decision.verdict == .warn)
        #expect(try fixture.notice("http://shop.example/", address: "192.168.1.21").decision.verdict != .allow)
    }

    @Test func continuingFromThePortal() throws {
        try note("shop.example:443")
        let token = try #require(Markup.tokens(fixture.request("GET", "/").text, path: "/continue").first)
        #expect(location(fixture.request("POST", "/continue", body: form(token)).reply) == "http://weir.internal/?said=continued")
        #expect(try fixture.notice("shop.example:443").decision.verdict == .allow)
    }

    @Test func aContinueHoldsForWhatIsStillAWarning() throws {
        let token = try #require(try Markup.tokens(fixture.page("http://shop.example/").text, path: "/continue").first)
        let evening = Instant(rfc3339: "2026-09-01T21:00:01+02:00") ?? PageFixture.evening
        var late = try #require(PlainSigner().verify(token).flatMap { FormToken($0) })
        late.expires = Instant(milliseconds: evening.milliseconds + 1000)
        let answer = fixture.request("POST", "/continue", body: form(PlainSigner().sign(late.bytes)), at: evening)
        #expect(answer.reply.status == 403)
        #expect(answer.text.contains("The rules have changed"))
    }

    @Test func formsThatAreNotTaken() throws {
        let ask = try #require(try Markup.tokens(fixture.page("http://bet.example/").text, path: "/ask").first)
        let proceed = try #require(try Markup.tokens(fixture.page("http://shop.example/").text, path: "/continue").first)
        let old = Instant(milliseconds: PageFixture.afternoon.milliseconds + FormToken.lifetime)
        for (path, token, address, time, words) in [
            ("/ask", "signed-00", "192.168.1.20", PageFixture.afternoon, "not valid"),
            ("/ask", "", "192.168.1.20", PageFixture.afternoon, "not valid"),
            ("/ask", "x" + ask, "192.168.1.20", PageFixture.afternoon, "not valid"),
            ("/ask", proceed, "192.168.1.20", PageFixture.afternoon, "not valid"),
            ("/continue", ask, "192.168.1.20", PageFixture.afternoon, "not valid"),
            ("/ask", ask, "192.168.1.21", PageFixture.afternoon, "another device"), ("/ask", ask, "192.168.1.20", old, "grown old"),
        ] {
            let answer = fixture.request("POST", path, body: form(token), address: address, at: time)
            #expect(answer.reply.status == 403, "\(path) \(words)")
            #expect(answer.text.contains(words), "\(path) \(words)")
            #expect(Markup.problems(answer.text) == [])
        }
        #expect(fixture.asks.all.isEmpty)
        #expect(try fixture.notice("http://shop.example/").decision.verdict == .warn)
    }

    @Test(arguments: ["", "token", "token=&token=", "note=x", "%", "token=%zz", String(repeating: "a=b&", count: 10_000)])
    func bodiesThatAreNone(body: String) {
        #expect(fixture.request("POST", "/ask", body: body).reply.status == 403)
        #expect(fixture.request("POST", "/continue", body: body).reply.status == 403)
    }

    @Test func otherPaths() {
        for (method, target, status) in [
            ("GET", "/nothing", 404), ("DELETE", "/", 405), ("POST", "/", 405), ("GET", "/ask", 303), ("HEAD", "/", 200),
            ("GET", "/me", 200),
            ("GET", "/wpad.dat", 200), ("GET", "/proxy.pac", 200), ("GET", fixture.pages.stylePath, 200), ("GET", "", 404),
            ("GET", "/../../etc/passwd", 404), ("get", "/", 405),
        ] as [(String, String, UInt16)] {
            #expect(fixture.request(method, target).reply.status == status, "\(method) \(target)")
        }
        #expect(fixture.request("GET", "/proxy.pac").text.contains("PROXY 192.168.1.1:3128"))
        #expect(fixture.request("GET", fixture.pages.stylePath).reply.fields.contains { $0.value.contains("immutable") })
        #expect(fixture.portal.isPortal("weir.internal") && !fixture.portal.isPortal("www.weir.internal"))
    }

    @Test func formsOfAnotherKindAreRefused() {
        let reply = fixture.portal.answer(
            PortalRequest(
                method: "POST", target: "/ask", body: [], contentType: "text/plain", hints: PageHints(), identity: fixture.identity(),
                proxy: "", time: PageFixture.afternoon), snapshot: fixture.snapshot)
        #expect(reply.status == 415)
    }

    @Test func myPage() throws {
        let key = BudgetKey(rule: "groups.kids.rules[2]", owner: "mia-laptop", shared: false)
        for minute in 0..<20 { fixture.ledger.note(BudgetNote(budget: key, minute: PageFixture.afternoon.minute - 60 + Int64(minute))) }
        let page = fixture.request("GET", "/me")
        for word in [
            "40 minutes left of 1 hour", "Starts again tomorrow at 00:00", "Everything: blocked, during bedtime", "It is bedtime",
            "Gambling &amp; &lt;betting&gt;: blocked", "Games: 1 hour a day", "video: 1.5 GB a week for the whole group",
            "Shopping: asks first, then open for 15 minutes", "Whatever is in no category: blocked", "Malware: blocked",
            "Everything else: allowed", "This device is known by its address",
        ] { #expect(page.text.contains(word), "\(word)") }
        #expect(Markup.problems(page.text) == [])
        let german = fixture.request("GET", "/me", language: "de-CH,de")
        #expect(german.text.contains("noch 40 Minuten von 1 Stunde"))
        #expect(Markup.problems(german.text) == [])
    }

    @Test func grantsShowAsWhatTheyAre() throws {
        let pause = Grant(
            id: 7, scope: .client("mia-laptop"), allows: false, target: "all", from: Instant(milliseconds: 0),
            until: Instant(milliseconds: PageFixture.afternoon.milliseconds + 30 * 60_000))
        let paused = try PageFixture(grants: [pause])
        let page = try paused.page("http://ok.example/")
        #expect(page.text.contains("Somebody who looks after this network has closed this for now"))
        #expect(page.text.contains("today at 15:30"))
        #expect(page.text.contains("grants[7]"))
    }
}
