import PolicyCore
import Testing

@testable import Visits

@Suite struct PageViewTests {
    @Test(arguments: [
        (PageView.Signs(method: "GET", fetchDestination: "document", fetchMode: "navigate"), true),
        (PageView.Signs(method: "GET", fetchDestination: "document", fetchMode: "navigate", accept: "*/*"), true),
        (PageView.Signs(method: "GET", fetchDestination: "iframe", fetchMode: "navigate", accept: "text/html"), false),
        (PageView.Signs(method: "GET", fetchDestination: "image", accept: "image/avif"), false),
        (PageView.Signs(method: "GET", fetchDestination: "empty", fetchMode: "cors", accept: "text/html"), false),
        (PageView.Signs(method: "GET", accept: "text/html,application/xhtml+xml;q=0.9"), true),
        (PageView.Signs(method: "GET", accept: " Text/HTML ;q=1"), true),
        (PageView.Signs(method: "GET", accept: "application/xhtml+xml, text/html"), true),
        (PageView.Signs(method: "GET", accept: "text/htmlx"), false),
        (PageView.Signs(method: "GET", accept: "*/*"), false),
        (PageView.Signs(method: "GET", accept: "text/html", hasRequestedWith: true), false),
        (PageView.Signs(method: "GET"), false),
        (PageView.Signs(method: "POST", fetchDestination: "document", accept: "text/html"), false),
        (PageView.Signs(method: "HEAD", accept: "text/html"), false),
    ])
    func requestsAreToldByWhatTheySay(_ signs: PageView.Signs, _ isPage: Bool) {
        #expect(PageView.classify(signs) == isPage)
    }
}

@Suite struct TunnelBurstsTests {
    private func at(_ seconds: Double) -> Instant { Instant(milliseconds: Int64(1_000_000 + seconds * 1_000)) }

    /// Which of these tunnels count, in order.
    private func counted(_ tunnels: [(client: String, site: String, seconds: Double)]) -> [Bool] {
        var bursts = TunnelBursts()
        return tunnels.map { bursts.isPage(client: $0.client, site: $0.site, at: at($0.seconds)) }
    }

    @Test func firstOfABurstCounts() {
        let tunnels = [
            ("anna", "news.example", 0), ("anna", "ads.example", 0.1), ("anna", "cdn.example", 1.5), ("ben", "news.example", 1.6),
            ("anna", "shop.example", 4),
        ]
        #expect(counted(tunnels) == [true, false, false, true, true])
    }

    @Test func siteCountsAgainOnlyAfterSilence() {
        let tunnels = [0, 10, 35, 66].map { ("anna", "chat.example", Double($0)) }
        #expect(counted(tunnels) == [true, false, false, true])
    }

    @Test func clockSetBackIsAPause() {
        #expect(counted([("anna", "a.example", 100), ("anna", "a.example", 0)]) == [true, true])
    }

    @Test func manyClientsDoNotGrowIt() {
        var bursts = TunnelBursts(most: 16)
        for number in 0..<10_000 { _ = bursts.isPage(client: "client-\(number)", site: "site-\(number)", at: at(Double(number) / 1_000)) }
        #expect(Mirror(reflecting: bursts).children.compactMap { ($0.value as? [String: Int64])?.count }.allSatisfy { $0 <= 16 })
        let late = bursts.isPage(client: "late", site: "late.example", at: at(60))
        #expect(late)
    }
}
