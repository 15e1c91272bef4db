import NIOConcurrencyHelpers
import PatternMatching
import PolicyCore
import ProxyProtocols

@testable import ProxyServer

/// A household with one of every rule, the pages over it and a notebook for asks. It is Tuesday, 1 September 2026, 21:30 in Paris' summer
/// time.
struct PageFixture {
    static let evening = Instant(rfc3339: "2026-09-01T21:30:00+02:00") ?? Instant(milliseconds: 0)
    static let afternoon = Instant(rfc3339: "2026-09-01T15:00:00+02:00") ?? Instant(milliseconds: 0)

    let pages: Pages
    let portal: Portal
    let ledger = PolicyLedger()
    let recent = RecentBlocks()
    let asks = Notebook()
    let snapshot: PolicySnapshot

    final class Notebook: AskSink {
        private let box = NIOLockedValueBox<[AccessAsk]>([])
        var all: [AccessAsk] { box.withLockedValue { $0 } }
        func ask(_ ask: AccessAsk) { box.withLockedValue { $0.append(ask) } }
    }

    /// Two hours east, as Paris is all summer.
    private struct SummerTime: ZoneCatalog {
        func zone(_ name: String) -> ZoneTable? { ZoneTable(fixed: 7200) }
        var names: [String] { ["Europe/Paris"] }
        var machineZone: String { "Europe/Paris" }
    }

    init(grants: [Grant] = [], document: PolicyDocument = Self.household()) throws {
        pages = try Pages(templates: PageFiles.templates(), portal: "weir.internal", signer: PlainSigner())
        portal = Portal(pages: pages, ledger: ledger, recent: recent, asks: asks)
        snapshot = try PolicySnapshot.compile(document, generation: 1, lists: .none, zones: SummerTime(), grants: grants)
    }

    func identity(_ address: String = "192.168.1.20") -> Identity { snapshot.identify(Asker(address: IPAddress(address))) }

    /// The decision and all about it.
    func notice(_ url: String, at time: Instant = PageFixture.afternoon, address: String = "192.168.1.20") throws -> BlockNotice {
        let isTunnel = !url.contains("://")
        let asked = Asked(
            url: isTunnel ? try RequestURL(connect: url.utf8) : try RequestURL(url.utf8), method: isTunnel ? "CONNECT" : "GET")
        let identity = identity(address)
        let decision = snapshot.decide(asked, by: identity, at: time, state: ledger)
        return BlockNotice(asked: asked, decision: decision, identity: identity, time: time, snapshot: snapshot, ledger: ledger)
    }

    /// What a browser would be shown.
    func page(_ url: String, at time: Instant = PageFixture.afternoon, language: String = "en") throws -> (
        reply: SelfMadeReply, text: String
    ) {
        var hints = PageHints()
        hints.accept = "text/html"
        hints.acceptLanguage = language
        let reply = try pages.blocked(notice(url, at: time), hints)
        return (reply, String(decoding: reply.body, as: UTF8.self))
    }

    func request(
        _ method: String, _ target: String, body: String = "", address: String = "192.168.1.20", at time: Instant = PageFixture.afternoon,
        language: String = "en"
    ) -> (reply: SelfMadeReply, text: String) {
        var hints = PageHints()
        hints.accept = "text/html"
        hints.acceptLanguage = language
        let reply = portal.answer(
            PortalRequest(
                method: method, target: target, body: Array(body.utf8), contentType: "application/x-www-form-urlencoded", hints: hints,
                identity: identity(address), user: nil, proxy: "192.168.1.1:3128", time: time),
            snapshot: snapshot)
        return (reply, String(decoding: reply.body, as: UTF8.self))
    }
}

extension PageFixture {
    static func household() -> PolicyDocument {
        func category(_ name: String, _ title: String?, _ site: String) -> CategoryDeclaration {
            CategoryDeclaration(name: name, title: title, includes: EntrySources(entries: [OwnEntry(key: .sites, text: site)]))
        }
        func rule(_ verb: RuleDeclaration.Verb, _ targets: Target...) -> RuleDeclaration {
            RuleDeclaration(verb: verb, targets: targets.map { PlacedTarget($0) })
        }
        var bedtime = rule(.block, .all)
        bedtime.during = [NameReference("bedtime")]
        bedtime.reason = "It is bedtime"
        var games = rule(.limit, .category("games"))
        games.budget = BudgetAmount(amount: 60, unit: .minutes, period: .day)
        var video = rule(.limit, .category("video"))
        video.budget = BudgetAmount(amount: 1_500_000_000, unit: .bytes, period: .week, isShared: true)
        var named = rule(.block, .site("named.example"))
        named.reason = "Ask <b>first</b>"
        return PolicyDocument(
            timezone: "Europe/Paris",
            clients: [ClientDeclaration(name: "mia-laptop", group: "kids", addresses: [IPPrefix("192.168.1.20")].compactMap { $0 })],
            groups: [
                GroupDeclaration(
                    name: "kids",
                    rules: [
                        bedtime, rule(.block, .category("gambling")), games, video, rule(.warn, .category("shopping")), named,
                        rule(.block, .uncategorized),
                    ]),
                GroupDeclaration(name: "default", defaultVerdict: .block),
            ],
            rules: [rule(.block, .category("malware"))],
            schedules: [
                ScheduleDeclaration(
                    name: "bedtime", windows: [WeeklyWindow(days: .all, from: 21 * 60, to: 7 * 60)])
            ],
            categories: [
                category("gambling", "Gambling & <betting>", "bet.example"), category("games", "Games", "play.example"),
                category("video", nil, "watch.example"), category("shopping", "Shopping", "shop.example"),
                category("malware", "Malware", "bad.example"), category("ok", "Fine", "ok.example"),
            ])
    }
}
