import Foundation
import PolicyCore
import PolicyStore
import Testing

@testable import AdminWeb

@Suite struct WhyPageTests {
    @Test func everyStepIsShown() async throws {
        try await TestSite.with { (site: TestSite) async throws in
            let viewer = try await site.browser(.viewer)
            let page = try await viewer.get("/why?url=http://games.example/&address=192.168.1.20&at=2026-09-01T12:00:00Z")
            #expect(page.status == 200)
            // Who, by which of the ways tried; what it is in, by which entry; each rule and what it waits for; what came after.
            #expect(
                page.body.contains("<code>Hardware address</code>") && page.body.contains("192.168.1.20: ") && page.body.contains("mia"))
            #expect(page.body.contains("games.example") && page.body.contains("Line 22"))
            #expect(page.body.contains("None of its schedules is open then. (bedtime) Changes at 21:00."))
            #expect(page.body.contains("groups.kids.default"))
            let night = try await viewer.get("/why?url=http://games.example/&address=192.168.1.20&at=2026-09-01T22:00:00Z")
            #expect(night.body.contains("This rule decided. (games)") && night.body.contains("Not reached."))
            let twice = try await viewer.get("/why?url=http://bet.example/a/%252e%252e/b&client=mia")
            #expect(twice.body.contains("As sent"))
        }
    }

    /// What the rules stood or fell by is said in the reader's language, the default not reached too.
    @Test func germanThroughout() async throws {
        let policy = """
            weir: 1
            timezone: UTC
            groups:
              default:
                rules:
                  - { block: all, during: [early, late] }
                  - { block: "ext:exe" }
            schedules:
              early: { weekly: [ { from: "06:00", to: "07:00" } ] }
              late: { weekly: [ { from: "22:00", to: "23:00" } ] }

            """
        try await TestSite.with(policy: policy) { (site: TestSite) async throws in
            let viewer = try await site.browser(.viewer)
            for (language, german) in [("de", true), ("en", false)] {
                let page = try await viewer.get(
                    "/why?url=http://x.example/a.exe&at=2026-09-01T12:00:00Z", fields: ["Accept-Language: \(language)"])
                #expect(page.body.contains("(early oder late)") == german && page.body.contains("(early or late)") == !german)
                #expect(page.body.contains("Alles andere") == german && page.body.contains("Everything else") == !german)
                #expect(page.body.contains(".exe files") == !german, "\(page.body)")
            }
            // For programs it stays as it was.
            let api = try await viewer.get("/api/explain?url=http://x.example/a.exe&at=2026-09-01T12:00:00Z")
            #expect(api.body.contains("early or late") && !api.body.contains("subject"), "\(api.body)")
        }
    }

    /// Any revision at any moment, by its number or by the generation a visit carries; pauses as they were then.
    @Test func anyRevisionAtAnyMoment() async throws {
        try await TestSite.with { (site: TestSite) async throws in
            let before = await site.policy.snapshot.generation
            let pause = try await site.policy.grant(
                GrantRequest(scope: .client("mia"), allows: false, target: "all", minutes: 10, reason: nil), author: "test")
            site.clock.move(seconds: 120)
            try await site.policy.revoke(pause.id, author: "test")
            _ = try await site.policy.save(
                TestSite.text.replacing("sites: [bet.example]", with: "sites: [other.example]"), author: "test", note: nil)
            let after = await site.policy.snapshot.generation
            site.clock.move(seconds: 3600)
            #expect(try await site.policy.revision(ofGeneration: before) == 1)
            #expect(try await site.policy.revision(ofGeneration: after) == 2)
            let viewer = try await site.browser(.viewer)
            func verdict(_ query: String) async throws -> String {
                let page = try await viewer.get("/why?address=192.168.1.20&url=\(query)")
                return page.body.firstMatch(of: /<div class="verdict"><span class="tag ([a-z]+)"/).map { String($0.1) } ?? "\(page.status)"
            }
            #expect(try await verdict("http://bet.example/") == "allow")
            #expect(try await verdict("http://bet.example/&revision=1") == "block")
            #expect(try await verdict("http://bet.example/&generation=\(before)") == "block")
            #expect(try await verdict("http://bet.example/&generation=\(after)") == "allow")
            // The pause held for two minutes.
            #expect(try await verdict("http://x.example/&at=2026-09-01T12:01:00Z") == "block")
            #expect(try await verdict("http://x.example/&at=2026-09-01T12:03:00Z") == "allow")
            #expect(try await verdict("http://games.example/&at=2027-03-02T22:00:00Z") == "block")
            #expect(try await viewer.get("/why?url=http://x.example/&revision=99").body.contains("There is no revision 99."))
            #expect(try await viewer.get("/why?url=http://x.example/&revision=x").body.contains("There is no revision x."))
            // A visit's row leads there.
            var visit = site.beginning(host: "bet.example", verdict: .block)
            visit.generation = before
            try await site.record(visit)
            #expect(try await viewer.get("/visits").body.contains("generation=\(before)"))
        }
    }
}
