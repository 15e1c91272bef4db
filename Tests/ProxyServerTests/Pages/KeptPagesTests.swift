import PatternMatching
import PolicyCore
import ProxyProtocols
import Testing

@testable import ProxyServer

/// Pages that are kept say what freshly made ones say, and nothing else.
@Suite struct KeptPagesTests {
    private static let urls = [
        "http://bet.example/", "http://bet.example/a?b=<\"&'>\u{e9}", "http://www.bet.example:8080/%3cscript%3e?x=1&y=2",
        "http://bad.example/",
        "http://shop.example/a?b=1", "http://named.example/", "http://other.example/", "http://192.0.2.7/", "http://[2001:db8::7]:81/x",
        "bet.example:443", "shop.example:443", "http://play.example/", "http://xn--bcher-kva.example/",
    ]
    private static let devices = ["192.168.1.20", "203.0.113.9", "2001:db8::9"]

    private static func hints(_ accept: String, language: String = "en", destination: String? = nil, isTunnel: Bool = false) -> PageHints {
        var hints = PageHints()
        (hints.accept, hints.acceptLanguage, hints.destination, hints.isTunnel) = (accept, language, destination, isTunnel)
        return hints
    }

    /// One of every form in two languages.
    private static var hints: [PageHints] {
        ["en", "de-AT,en;q=0.5"].flatMap { language in
            ["text/html", "image/webp,*/*", "text/css", "text/javascript", "application/json", "audio/*"].map {
                hints($0, language: language)
            } + [hints("*/*", language: language, destination: "iframe"), hints("*/*", language: language, isTunnel: true)]
        }
    }

    /// The household with bedtime looked at last: what is blocked before it is so whatever the time.
    private static func untimed() -> PolicyDocument {
        var document = PageFixture.household()
        document.groups[0].rules.append(document.groups[0].rules.removeFirst())
        return document
    }

    private static func bytes(_ reply: SelfMadeReply) -> String {
        var output: [UInt8] = []
        reply.render(into: &output)
        return String(decoding: output, as: UTF8.self)
    }

    private static func fresh(_ pages: Pages, _ notice: BlockNotice, _ hints: PageHints) -> String {
        bytes(pages.made(notice, BlockForm(notice, hints, pages.catalogue(hints))))
    }

    private static func changed(_ notice: BlockNotice, _ change: (inout Ground) -> Void) -> BlockNotice {
        var (notice, ground) = (notice, notice.decision.ground)
        change(&ground)
        notice.decision = if case .warn(_, let minutes) = notice.decision { .warn(ground, minutes: minutes) } else { .block(ground) }
        return notice
    }

    /// Every page twice, so that the second is a kept one: byte for byte what is made afresh.
    @Test(arguments: [PageFixture.household(), untimed()]) func aKeptPageIsTheFreshOne(_ document: PolicyDocument) throws {
        let fixture = try PageFixture(document: document)
        var notices: [BlockNotice] = []
        for url in Self.urls {
            for device in Self.devices {
                for second in [0, 400, 61_000] as [Int64] {
                    let time = Instant(milliseconds: PageFixture.afternoon.milliseconds + second)
                    let notice = try fixture.notice(url, at: time, address: device)
                    if notice.decision.verdict != .allow { notices.append(notice) }
                }
                notices.append(try fixture.notice(url, at: PageFixture.evening, address: device))
            }
        }
        let plain = try fixture.notice("http://bet.example/x")
        notices += [
            Self.changed(plain) { $0.missingList = "ut1" }, Self.changed(plain) { $0.rule = "policy-error" },
            Self.changed(plain) { $0.schedule = "bedtime & more" }, Self.changed(plain) { $0.rule = "groups.kids.safe-search" },
            Self.changed(plain) { $0.reason = "<b>\u{100000}\u{100001}</b>" }, Self.changed(plain) { $0.reason = "\u{202e}*/ \u{100003}" },
            Self.changed(plain) { $0.rule = "grants[4]" },
        ]
        let pages = fixture.pages
        for hints in Self.hints {
            for notice in notices where notice.decision.verdict != .allow {
                let fresh = Self.fresh(pages, notice, hints)
                for _ in 0..<2 { #expect(Self.bytes(pages.blocked(notice, hints)) == fresh) }
            }
        }
        #expect(pages.kept.size.pages > 20)
    }

    /// The address, the device, its forms and the time are those of the request alone, however many others were answered before.
    @Test func nothingOfOneClientIsShownToAnother() throws {
        var document = Self.untimed()
        document.clients.append(
            ClientDeclaration(name: "other-device", group: "kids", addresses: [IPPrefix("192.168.1.21")].compactMap { $0 }))
        let fixture = try PageFixture(document: document)
        var kinds = 0
        for accept in ["text/html", "application/json", "audio/*", "text/css"] {
            let hints = Self.hints(accept)
            let mine = try fixture.notice("http://mine.shop.example/secret?of=mine")
            let later = Instant(milliseconds: mine.time.milliseconds + 3_600_000)
            let other = try fixture.notice("http://other.shop.example/", at: later, address: "192.168.1.21")
            let first = Self.bytes(fixture.pages.blocked(mine, hints))
            let second = Self.bytes(fixture.pages.blocked(other, hints))
            #expect(first.contains("mine.shop.example"))
            #expect(second.contains("other.shop.example"))
            for word in ["mine", "secret", "15:00"] { #expect(!second.contains(word), "\(word) in \(second)") }
            #expect(!Self.bytes(fixture.pages.blocked(mine, hints)).contains("other"))
            #expect(fixture.pages.kept.size.pages == kinds + 1, "both are the same kept page")
            kinds += 1
            for (text, client, host) in [(first, "mia-laptop", "mine.shop.example"), (second, "other-device", "other.shop.example")] {
                for path in ["/ask", "/continue"] where accept == "text/html" {
                    let tokens = Markup.tokens(text, path: path).compactMap { PlainSigner().verify($0).flatMap(FormToken.init) }
                    #expect(tokens.count == 1)
                    #expect(tokens.allSatisfy { $0.client == client && $0.url.contains(host) })
                }
            }
        }
    }

    /// Whoever is in another group is told of another one, by the same rule.
    @Test func anotherGroupIsAnotherPage() throws {
        let fixture = try PageFixture()
        let hints = Self.hints("text/html")
        _ = try fixture.pages.blocked(fixture.notice("http://bad.example/"), hints)
        let notice = try fixture.notice("http://bad.example/", address: "203.0.113.9")
        #expect(Self.bytes(fixture.pages.blocked(notice, hints)) == Self.fresh(fixture.pages, notice, hints))
        #expect(fixture.pages.kept.size.pages == 2)
    }

    /// Another policy's page is made at once, whatever its number, and the old one's come back when that is in force again.
    @Test func aChangedPolicyChangesThePage() throws {
        var document = Self.untimed()
        let before = try PageFixture(document: document)
        document.categories[0].title = "Lotteries"
        document.rules[0].isFinal = true
        let after = try PageFixture(document: document)
        let hints = Self.hints("text/html")
        for _ in 0..<2 {
            for (fixture, title, forms) in [(before, "betting", 1), (after, "Lotteries", 0)] {
                let text = try Self.bytes(before.pages.blocked(fixture.notice("http://bet.example/"), hints))
                #expect(text.contains(title))
                let malware = try Self.bytes(before.pages.blocked(fixture.notice("http://bad.example/"), hints))
                #expect(Markup.tokens(malware, path: "/ask").count == forms)
            }
        }
        #expect(before.pages.kept.size.pages == 2)
    }

    /// A pause that ends between two seconds: how long it is still is said as at each request's own moment.
    @Test(arguments: ["text/html", "application/json"]) func whenItOpensAgainIsSaidToTheMoment(_ accept: String) throws {
        let end = Instant(milliseconds: PageFixture.afternoon.milliseconds + 600_500)
        let pause = Grant(id: 3, scope: .everyone, allows: false, target: "all", from: PageFixture.afternoon, until: end)
        let fixture = try PageFixture(grants: [pause])
        var pages: Set<String> = []
        for later in [0, 100, 499, 500, 501, 999, 1000, 60_400, 60_600, 599_000] as [Int64] {
            let notice = try fixture.notice(
                "http://ok.example/", at: Instant(milliseconds: PageFixture.afternoon.milliseconds + later))
            for _ in 0..<2 {
                let page = Self.bytes(fixture.pages.blocked(notice, Self.hints(accept)))
                #expect(page == Self.fresh(fixture.pages, notice, Self.hints(accept)))
                #expect(page.contains("2026-09-01T15:10:00+02:00"))
                pages.insert(page)
            }
        }
        #expect(fixture.pages.kept.size.pages == 1 && pages.count > 3)
    }

    /// What was used of a budget is worked out for each request.
    @Test func whatIsUsedUpIsNotKept() throws {
        let fixture = try PageFixture()
        let hints = Self.hints("text/html")
        let key = BudgetKey(rule: "groups.kids.rules[2]", owner: "mia-laptop", shared: false)
        for minute in 0..<65 { fixture.ledger.note(BudgetNote(budget: key, minute: PageFixture.afternoon.minute - 100 + Int64(minute))) }
        _ = try fixture.pages.blocked(fixture.notice("http://play.example/"), hints)
        #expect(fixture.pages.kept.size.pages == 0)
    }

    @Test func theyAreBounded() throws {
        let fixture = try PageFixture(document: Self.untimed())
        let hints = Self.hints("text/html")
        let notice = try fixture.notice("http://bet.example/")
        for number in 0..<200 {
            let other = Self.changed(notice) { $0.reason = "\(number)" + String(repeating: "long ", count: number * 20) }
            #expect(Self.bytes(fixture.pages.blocked(other, hints)) == Self.fresh(fixture.pages, other, hints))
            let size = fixture.pages.kept.size
            #expect(size.pages <= KeptPages.most && size.bytes <= KeptPages.mostBytes)
        }
        let huge = Self.changed(notice) { $0.reason = String(repeating: "x", count: KeptPages.mostBytes) }
        #expect(Self.bytes(fixture.pages.blocked(huge, hints)) == Self.fresh(fixture.pages, huge, hints))
        #expect(fixture.pages.kept.size.pages > 10 && fixture.pages.kept.size.bytes <= KeptPages.mostBytes)
    }

    /// No file of the pages holds what a mark is told by.
    @Test func noPageFileHoldsMarks() {
        for (name, bytes) in PageFiles.all { #expect(!PageMark.mayStand(in: String(decoding: bytes, as: UTF8.self)), "\(name)") }
    }
}
