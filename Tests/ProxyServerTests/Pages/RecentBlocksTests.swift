import PatternMatching
import PolicyCore
import Testing

@testable import ProxyServer

@Suite struct RecentBlocksTests {
    private func block(_ host: String, at minute: Int64, rule: String = "rules[0]") throws -> RecentBlock {
        RecentBlock(
            time: Instant(milliseconds: minute * 60_000), url: try RequestURL("http://\(host)/".utf8), method: "GET",
            decision: .block(Ground(rule: rule)))
    }

    @Test func newestFirstAndBounded() throws {
        let recent = RecentBlocks()
        for n in 0..<50 { recent.note(try block("h\(n).example", at: Int64(n)), client: "mia") }
        let list = recent.of(client: "mia")
        #expect(list.count == RecentBlocks.mostOfOne)
        #expect(list.first?.url.host == "h49.example")
        #expect(recent.of(client: "ben").isEmpty)
    }

    @Test func whatAPageLoadsMakesRoomFirst() throws {
        let recent = RecentBlocks()
        recent.note(try block("page.example", at: 0), client: "mia")
        for n in 0..<60 {
            var part = try block("ad\(n).example", at: 1)
            part.isPage = false
            recent.note(part, client: "mia")
        }
        let list = recent.of(client: "mia")
        #expect(list.count == RecentBlocks.mostOfOne)
        #expect(list.last?.url.host == "page.example")
        #expect(list.first?.url.host == "ad59.example")
    }

    @Test func theSameAgainCountsUp() throws {
        let recent = RecentBlocks()
        recent.note(try block("a.example", at: 0), client: "mia")
        recent.note(try block("b.example", at: 1), client: "mia")
        recent.note(try block("a.example", at: 2), client: "mia")
        recent.note(try block("a.example", at: 3, rule: "rules[1]"), client: "mia")
        recent.note(try block("a.example", at: 30), client: "mia")
        #expect(recent.of(client: "mia").map(\.count) == [1, 1, 2, 1])
    }

    @Test func longURLsOfManyClientsAreBounded() throws {
        let recent = RecentBlocks()
        let path = String(repeating: "x", count: 16_000)
        for client in 0..<300 {
            for n in 0..<RecentBlocks.mostOfOne { recent.note(try block("h\(n).example/\(path)", at: Int64(client)), client: "c\(client)") }
            #expect(recent.bytes <= RecentBlocks.mostBytes)
        }
        #expect(recent.of(client: "c0").isEmpty)
        #expect(recent.of(client: "c299").count == RecentBlocks.mostOfOne)
        let kept = (0..<300).flatMap { recent.of(client: "c\($0)") }
        #expect(kept.reduce(0) { $0 + $1.url.bytes.count } > RecentBlocks.mostBytes / 4)
        #expect(kept.reduce(0) { $0 + $1.url.bytes.count } <= recent.bytes)
    }

    @Test func manyClientsAreBounded() throws {
        let recent = RecentBlocks()
        for n in 0..<(RecentBlocks.mostClients + 500) { recent.note(try block("a.example", at: Int64(n)), client: "c\(n)") }
        #expect(recent.of(client: "c0").isEmpty)
        #expect(!recent.of(client: "c\(RecentBlocks.mostClients + 499)").isEmpty)
    }

    @Test func asksAreLimited() {
        let limit = AskLimit()
        let now = Instant(milliseconds: 1_000_000)
        #expect(limit.take(client: "mia", subject: "a", at: now) == .take)
        #expect(limit.take(client: "mia", subject: "a", at: now) == .alreadyAsked)
        #expect(limit.take(client: "ben", subject: "a", at: now) == .take)
        for n in 1..<AskLimit.most { #expect(limit.take(client: "mia", subject: "s\(n)", at: now) == .take) }
        #expect(limit.take(client: "mia", subject: "more", at: now) == .tooMany)
        let later = Instant(milliseconds: now.milliseconds + AskLimit.window)
        #expect(limit.take(client: "mia", subject: "a", at: later) == .take)
    }
}
