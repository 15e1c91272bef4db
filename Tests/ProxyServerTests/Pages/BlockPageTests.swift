import PatternMatching
import PolicyCore
import ProxyProtocols
import Testing

@testable import ProxyServer

@Suite struct BlockPageTests {
    private let fixture: PageFixture

    init() throws { fixture = try PageFixture() }

    private func field(_ name: String, _ reply: SelfMadeReply) -> String? { reply.fields.first { $0.name == name }?.value }

    @Test(arguments: [
        (
            "http://bet.example/x", "en", "afternoon",
            [
                "bet.example is blocked", "Gambling &amp; &lt;betting&gt;", "groups.kids.rules[1]", "Rule 2 of the group “kids”",
                "mia-laptop", "today at 15:00",
            ]
        ), ("http://bad.example/", "en", "afternoon", ["House rule 1", "rules[0]", "Malware"]),
        (
            "http://ok.example/", "en", "evening",
            [
                "Nothing opens here during “bedtime”", "It is bedtime", "tomorrow at 07:00", "for another 9 hours 30 minutes",
                "2026-09-02T07:00:00+02:00",
            ]
        ),
        (
            "http://ok.example/", "de", "evening",
            ["ok.example ist gesperrt", "Während „bedtime“", "morgen um 07:00", "noch 9 Stunden 30 Minuten"]
        ),
        ("http://shop.example/a?b=1", "en", "afternoon", ["Think twice about shop.example", "Continue for 15 minutes", "Shopping"]),
        ("http://named.example/", "en", "afternoon", ["A rule of this network blocks this address", "Ask &lt;b&gt;first&lt;/b&gt;"]),
        ("http://other.example/", "en", "afternoon", ["in no category", "uncategorized", "groups.kids.rules[6]"]),
    ]) func saysWhatAndWhy(url: String, language: String, time: String, words: [String]) throws {
        let page = try fixture.page(url, at: time == "evening" ? PageFixture.evening : PageFixture.afternoon, language: language)
        for word in words { #expect(page.text.contains(word), "\(word) in \(page.text)") }
        #expect(Markup.problems(page.text) == [])
        #expect(page.text.contains("<html lang=\"\(language)\">"))
        #expect(page.reply.status == 403)
        #expect(!page.reply.closes)
        #expect(page.reply.error == .requestDenied)
        #expect(field("Cache-Control", page.reply) == "no-store")
        #expect(field("X-Content-Type-Options", page.reply) == "nosniff")
        let policy = try #require(field("Content-Security-Policy", page.reply))
        #expect(policy.contains("default-src 'none'") && !policy.contains("unsafe") && !policy.contains("script-src"))
        #expect(policy.contains("form-action 'self' http://weir.internal;"))
    }

    /// A setting's reason is a code for programs; people read a sentence in their language.
    @Test(arguments: [
        ("safe-search", "en", "Safe search is on for the group “kids”"), ("safe-search", "de", "gilt die sichere Suche"),
        ("youtube", "en", "YouTube is restricted"), ("youtube", "de", "YouTube eingeschränkt"), ("opaque", "en", "does not show where"),
        ("opaque", "de", "zeigt nicht, wohin sie führt"),
    ]) func whatASettingCloses(_ setting: String, _ language: String, _ words: String) throws {
        var notice = try fixture.notice("www.google.example:443")
        notice.decision = .block(Ground(rule: "groups.kids.\(setting)", reason: setting))
        var hints = PageHints()
        (hints.accept, hints.acceptLanguage) = ("text/html", language)
        let text = String(decoding: try fixture.pages.blocked(notice, hints).body, as: UTF8.self)
        #expect(text.contains(words), "\(text)")
        #expect(text.contains(language == "de" ? "Eine Einstellung der Gruppe „kids“" : "A setting of the group “kids”"))
        #expect(!text.contains("<blockquote>"))
        hints.accept = "application/json"
        #expect(String(decoding: try fixture.pages.blocked(notice, hints).body, as: UTF8.self).contains("\"reason\":\"\(setting)\""))
    }

    @Test func aUsedUpBudget() throws {
        let key = BudgetKey(rule: "groups.kids.rules[2]", owner: "mia-laptop", shared: false)
        for minute in 0..<65 { fixture.ledger.note(BudgetNote(budget: key, minute: PageFixture.afternoon.minute - 100 + Int64(minute))) }
        let page = try fixture.page("http://play.example/")
        for word in ["Time for play.example is used up", "“Games” is used up", "1 hour 5 minutes of 1 hour", "Until tomorrow at 07:00"] {
            #expect(page.text.contains(word), "\(word)")
        }
        #expect(Markup.problems(page.text) == [])
    }

    @Test func theDefaultOfAStranger() throws {
        var hints = PageHints()
        hints.accept = "text/html"
        let reply = try fixture.pages.blocked(fixture.notice("http://ok.example/", address: "203.0.113.9"), hints)
        let text = String(decoding: reply.body, as: UTF8.self)
        #expect(text.contains("Only pages that are expressly allowed open here"))
        #expect(text.contains("groups.default.default"))
        #expect(text.contains("203.0.113.9"))
    }

    @Test func fittingBodies() throws {
        let notice = try fixture.notice("http://bet.example/")
        for (accept, type) in [
            ("image/webp,*/*", "image/gif"), ("text/css,*/*;q=0.1", "text/css; charset=utf-8"), ("application/json", "application/json"),
            ("audio/*", "text/plain; charset=utf-8"),
        ] {
            var hints = PageHints()
            hints.accept = accept
            let reply = fixture.pages.blocked(notice, hints)
            #expect(reply.status == 403)
            #expect(reply.contentType == type)
            #expect(reply.body.count < 700)
            #expect(!String(decoding: reply.body, as: UTF8.self).contains("<form"))
        }
        var hints = PageHints()
        hints.accept = "application/json"
        let json = String(decoding: fixture.pages.blocked(notice, hints).body, as: UTF8.self)
        #expect(json.contains("\"rule\":\"groups.kids.rules[1]\"") && json.contains("\"category\":\"gambling\""))
    }

    @Test func aTunnelClosesWithOneLine() throws {
        let tunnel = try fixture.notice("bet.example:443")
        var hints = PageHints()
        hints.isTunnel = true
        let reply = fixture.pages.blocked(tunnel, hints)
        #expect(reply.closes)
        #expect(reply.contentType == "text/plain; charset=utf-8")
        let text = String(decoding: reply.body, as: UTF8.self)
        #expect(text.contains("groups.kids.rules[1]") && text.contains("http://weir.internal/"))
    }

    @Test func aFrameHasNoForms() throws {
        var hints = PageHints()
        hints.destination = "iframe"
        let reply = try fixture.pages.blocked(fixture.notice("http://shop.example/"), hints)
        let text = String(decoding: reply.body, as: UTF8.self)
        #expect(!text.contains("<form") && !text.contains("signed-"))
        #expect(field("Content-Security-Policy", reply)?.contains("form-action 'none'; frame-ancestors *") == true)
        #expect(Markup.problems(text) == [])
    }

    @Test func onlyAWarningCanBeContinued() throws {
        #expect(try Markup.tokens(fixture.page("http://shop.example/").text, path: "/continue").count == 1)
        #expect(try Markup.tokens(fixture.page("http://bet.example/").text, path: "/continue").isEmpty)
        #expect(try Markup.tokens(fixture.page("http://bet.example/").text, path: "/ask").count == 1)
    }

    @Test func missingListsAreAMatterOfTime() throws {
        var notice = try fixture.notice("http://bet.example/")
        var ground = notice.decision.ground
        ground.missingList = "ut1"
        notice.decision = .block(ground)
        var hints = PageHints()
        hints.accept = "text/html"
        let reply = fixture.pages.blocked(notice, hints)
        #expect(reply.status == 503)
        #expect(field("Retry-After", reply) != nil)
        #expect(String(decoding: reply.body, as: UTF8.self).contains("“ut1”"))
    }

    /// No grant opens what a final house rule blocks, and none what the engine failed on: nobody is asked for one.
    @Test func askIsOfferedWhereAGrantCanOpen() throws {
        var document = PageFixture.household()
        func asks(_ fixture: PageFixture, _ url: String) throws -> Bool {
            try !Markup.tokens(fixture.page(url).text, path: "/ask").isEmpty
        }
        #expect(try asks(fixture, "http://bad.example/") && asks(fixture, "http://bet.example/"))
        document.rules[0].isFinal = true
        let final = try PageFixture(document: document)
        #expect(try !asks(final, "http://bad.example/"))
        #expect(try asks(final, "http://bet.example/"), "a final rule about something else closes nothing here")
        final.recent.note(
            RecentBlock(
                time: PageFixture.afternoon, url: try RequestURL("http://bad.example/".utf8), method: "GET",
                decision: try final.notice("http://bad.example/").decision), client: "mia-laptop")
        let home = final.request("GET", "/").text
        #expect(home.contains("bad.example") && Markup.tokens(home, path: "/ask").isEmpty)
        // A final warning can be continued and not asked about.
        document.rules = [RuleDeclaration(verb: .warn, targets: [PlacedTarget(.category("ok"))], isFinal: true)]
        let warned = try PageFixture(document: document).page("http://ok.example/").text
        #expect(Markup.tokens(warned, path: "/ask").isEmpty && !Markup.tokens(warned, path: "/continue").isEmpty)
        var failed = try fixture.notice("http://ok.example/")
        failed.decision = .block(Ground(rule: "policy-error"))
        var hints = PageHints()
        hints.accept = "text/html"
        let page = String(decoding: fixture.pages.blocked(failed, hints).body, as: UTF8.self)
        #expect(Markup.tokens(page, path: "/ask").isEmpty)
    }

    @Test func engineFailuresSaySo() throws {
        var notice = try fixture.notice("http://ok.example/")
        notice.decision = .block(Ground(rule: "policy-error"))
        var hints = PageHints()
        hints.accept = "text/html"
        let reply = fixture.pages.blocked(notice, hints)
        #expect(reply.status == 403)
        #expect(reply.code == "policy-error")
        #expect(String(decoding: reply.body, as: UTF8.self).contains("could not judge"))
    }

    /// Whatever stands in a name, a reason or a title is text.
    @Test(arguments: [
        "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onmouseover='alert(1)", "{{token}}", "{{#ask-token}}", "{host}",
        "</title><script>", "\u{202e}evil", "a\u{0}b", "&lt;script&gt;", "${7*7}", "\u{1f468}\u{200d}\u{1f469}", "][;'/.,", "',]--><!--",
        "𝕳𝖔",
    ]) func naughtyStrings(text: String) throws {
        var document = PageFixture.household()
        document.groups[0].rules[1].reason = text
        document.categories[0].title = text
        let fixture = try PageFixture(document: document)
        var notice = try fixture.notice("http://bet.example/")
        notice.identity = fixture.snapshot.identify(Asker(address: nil, user: text))
        var hints = PageHints()
        hints.accept = "text/html"
        let html = String(decoding: fixture.pages.blocked(notice, hints).body, as: UTF8.self)
        #expect(Markup.problems(html) == [])
        #expect(!html.contains("<script") && !html.contains("<img"))
        #expect(!html.contains("\u{202e}"))
        for accept in ["application/json", "text/css", "text/javascript", "audio/*"] {
            hints.accept = accept
            let body = String(decoding: fixture.pages.blocked(notice, hints).body, as: UTF8.self)
            #expect(!body.contains("\u{0}") && !body.contains("\u{202e}"))
        }
    }
}
