import Foundation
import PolicyCore
import PolicyStore
import Testing
import VisitStore
import Visits

@testable import AdminWeb

@Suite struct VisitPageTests {
    static let nasty = [
        "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "\"\u{338} onmouseover=alert(1) x=\"", "'-alert(1)-'",
        "</textarea><b>",
        "{{t.all}}{{{main}}}", "javascript:alert(1)", "\u{202e}gpj.exe", "&lt;b&gt;", "<\u{338}script>", "=cmd|' /C calc'!A0",
        "\u{0}\r\n<b>",
    ]

    /// Whatever stands in a visit is text on every page that shows it.
    @Test func nothingRecordedRuns() async throws {
        try await TestSite.with { (site: TestSite) async throws in
            for text in Self.nasty {
                var visit = site.beginning(host: "h.example", path: "/\(text)", client: text)
                visit.userAgent = text
                visit.category = text
                visit.reason = text
                visit.user = text
                visit.method = text
                try await site.record(visit)
            }
            let viewer = try await site.browser(.viewer)
            var pages = [
                "/", "/visits", "/live", "/clients", "/reports/top-clients",
                "/visits?text=\(Form.encode(Self.nasty[0]))&client=\(Form.encode(Self.nasty[1]))",
            ]
            pages += Self.nasty.map { "/clients/\(Form.encode($0))" }
            pages += Self.nasty.map {
                "/why?url=\(Form.encode("http://h.example/" + $0))&user=\(Form.encode($0))&client=\(Form.encode($0))"
            }
            for path in pages {
                let body = try await viewer.get(path).body
                #expect(!body.contains("<script>alert") && !body.contains("<img src=x") && !body.contains("<b>"), "\(path)")
                // No attribute was left: scalars, since a quote may hide behind a combining mark.
                let scalars = Array(body.unicodeScalars)
                let needle = Array("\"\u{338} onmouseover".unicodeScalars)
                #expect(
                    !scalars.indices.dropLast(needle.count).contains { scalars[$0..<$0 + needle.count].elementsEqual(needle) }, "\(path)")
            }
        }
    }

    @Test func filtersAndPages() async throws {
        try await TestSite.with { (site: TestSite) async throws in
            for number in 0..<130 {
                site.clock.move(seconds: 1)
                let visit = site.beginning(
                    host: "h\(number).example", client: number % 2 == 0 ? "mia" : "tom", verdict: number % 10 == 0 ? .block : .allow)
                try await site.record(visit)
            }
            let viewer = try await site.browser(.viewer)
            let first = try await viewer.get("/visits")
            #expect(first.body.matches(of: /<tr>/).count == VisitsPage.pageRows + 1)
            let next = try #require(first.body.firstMatch(of: /rel="next" href="([^"]+)"/).map { String($0.1) })
            let second = try await viewer.get(next.replacing("&amp;", with: "&"))
            #expect(second.body.matches(of: /<tr>/).count == 31)
            #expect(second.body.contains("h0.example") && !second.body.contains("h129.example"))
            let blocked = try await viewer.get("/visits?verdict=block&client=mia")
            #expect(blocked.body.matches(of: /<tr>/).count == 14)
            for bad in ["/visits?verdict=frob", "/visits?from=never", "/visits?before=x"] {
                #expect(try await viewer.get(bad).status == 400, "\(bad)")
            }
            let api = try await viewer.get("/api/visits?limit=2&text=h12")
            #expect(api.status == 200 && api.body.hasPrefix("{\"visits\":[{\"id\":") && api.body.contains("\"next\":\""))
        }
    }

    /// A visit shows on an open live page within moments.
    @Test func live() async throws {
        try await TestSite.with { (site: TestSite) async throws in
            let viewer = try await site.browser(.viewer)
            let reading = Task {
                try await viewer.client.firstLines(of: "/live/events?client=mia", cookie: viewer.cookie, until: "seen.example")
            }
            try await Task.sleep(for: .milliseconds(300))
            try await site.record(site.beginning(host: "other.example", client: "tom"))
            try await site.record(site.beginning(host: "seen.example"))
            let text = try await reading.value
            #expect(text.contains("text/event-stream") && text.contains("event: visit") && !text.contains("other.example"))
        }
    }

    /// An open live page does not hold up a stop.
    @Test func liveEndsWithTheSite() async throws {
        try await TestSite.with { (site: TestSite) async throws in
            let viewer = try await site.browser(.viewer)
            let reading = Task { try await viewer.client.firstLines(of: "/live/events", cookie: viewer.cookie, until: "never") }
            try await Task.sleep(for: .milliseconds(300))
            let began = ContinuousClock.now
            #expect(await site.stop())
            #expect(ContinuousClock.now - began < .seconds(3))
            _ = try? await reading.value
        }
    }

    @Test func aBufferKeepsTheNewest() {
        let buffer = LiveBuffer()
        for number in 0..<1000 {
            buffer.add(
                VisitRow(id: "\(number)", number: nil, time: Instant(milliseconds: 0), client: "a", verdict: .allow, outcome: .complete))
        }
        let rows = buffer.take() ?? []
        #expect(rows.count == LiveBuffer.most && rows.last?.id == "999" && rows.first?.id == "700")
        #expect(buffer.take()?.isEmpty ?? false)
        buffer.finish()
        #expect(buffer.take() == nil)
    }
}
