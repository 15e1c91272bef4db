import Foundation
import PolicyCore
import PolicyStore
import Testing

@testable import AdminWeb

@Suite struct RehearsePageTests {
    /// From the editor to what would change, with its visits linked, by forms alone; nothing is saved.
    @Test func aDraftFromTheEditor() async throws {
        try await TestSite.with { (site: TestSite) async throws in
            for host in ["shop.example", "news.example", "shop.example"] { try await site.record(site.beginning(host: host)) }
            site.clock.move(seconds: 60)
            let manager = try await site.browser(.manager)
            #expect(try await manager.get("/policy/text").body.contains("name=\"rehearse\""))
            let draft = TestSite.text.replacing("sites: [bet.example]", with: "sites: [bet.example, shop.example]")
            let begun = try await manager.post("/policy/text", "rehearse=1&text=\(Form.encode(draft))")
            let path = try #require(begun["location"])
            #expect(begun.status == 303 && path.hasPrefix("/policy/rehearsals/"))
            let page = try await Self.ended(manager, path)
            #expect(page.body.contains("<dt><span class=\"tag block\">newly blocked</span></dt><dd>2</dd>"))
            #expect(page.body.contains("shop.example") && !page.body.contains("<td class=\"wrap\" data-name=\"Name\">news.example"))
            #expect(page.body.contains("/visits?client=mia&amp;host=shop.example&amp;from="))
            #expect(page.body.contains("groups.kids.default → groups.kids.rules[1]"))
            #expect(page.body.contains("sites: [bet.example, shop.example]"), "the draft is kept to go back to")
            #expect(await site.policy.text == TestSite.text)
            // Once more, with another span and another comparison.
            let id = try #require(path.split(separator: "/").last)
            let again = try await manager.post("/policy/rehearse", "again=\(id)&days=1&against=running")
            let compared = try await Self.ended(manager, try #require(again["location"]))
            #expect(compared.body.contains("running policy decides today"))
            #expect(try await manager.post("/policy/rehearse", "again=\(id)&days=0").status == 400)
            #expect(try await manager.post("/policy/rehearse", "again=gone").status == 404)
            let viewer = try await site.browser(.viewer)
            #expect(try await viewer.get(path).status == 200)
            #expect(try await viewer.post("/policy/rehearse", "again=\(id)").status == 403)
        }
    }

    @Test func aBrokenDraftIsShownWithItsErrors() async throws {
        try await TestSite.with { (site: TestSite) async throws in
            let manager = try await site.browser(.manager)
            let broken = TestSite.text.replacing("block: [gambling]", with: "block: [gamblin]")
            let reply = try await manager.post("/policy/text", "rehearse=1&text=\(Form.encode(broken))")
            #expect(reply.status == 422 && reply.body.contains("gamblin") && reply.body.contains("id=\"line-9\""))
        }
    }

    @Test func thePolicyItselfAndAStoredRevision() async throws {
        try await TestSite.with { (site: TestSite) async throws in
            try await site.record(site.beginning(host: "shop.example"))
            _ = try await site.policy.save(
                TestSite.text.replacing("sites: [bet.example]", with: "sites: [shop.example]"), author: "test", note: nil)
            site.clock.move(seconds: 60)
            let manager = try await site.browser(.manager)
            let first = try await manager.post("/policy/rehearse", "revision=1")
            let same = try await Self.ended(manager, try #require(first["location"]))
            #expect(same.body.contains("Nothing would change") && same.body.contains("Revision 1"))
            let second = try await manager.post("/policy/rehearse", "revision=2")
            let other = try await Self.ended(manager, try #require(second["location"]))
            #expect(other.body.contains("<dt><span class=\"tag block\">newly blocked</span></dt><dd>1</dd>"))
            #expect(other.body.contains("1 of the changes the running policy makes too"))
            #expect(try await manager.post("/policy/rehearse", "revision=77").status == 404)
        }
    }

    @Test func theAPI() async throws {
        try await TestSite.with { (site: TestSite) async throws in
            try await site.record(site.beginning(host: "shop.example"))
            site.clock.move(seconds: 60)
            _ = try await site.browser(.manager)
            let token = try site.policy.accounts.makeToken("the-manager", name: "test", author: "test")
            func call(_ method: String, _ path: String, _ body: String = "") async throws -> WireReply {
                try await site.client.request(
                    method, path, fields: ["Authorization: Bearer \(token)", "Content-Type: application/json"], body: body)
            }
            let draft = String(
                decoding: try JSONEncoder().encode(TestSite.text.replacing("default: allow", with: "default: block")), as: UTF8.self)
            let begun = try await call("POST", "/api/policy/rehearsals", "{\"text\":\(draft),\"days\":2}")
            #expect(begun.status == 202)
            let id = try #require(begun.body.firstMatch(of: /"id":"([^"]+)"/)?.1)
            var answer = begun
            for _ in 0..<500 where answer.body.contains("\"state\":\"going\"") {
                try await Task.sleep(for: .milliseconds(10))
                answer = try await call("GET", "/api/policy/rehearsals/\(id)")
            }
            #expect(answer.body.contains("\"changes\":{\"blocked\":1,\"allowed\":0,\"warned\":0}"), "\(answer.body)")
            #expect(answer.body.contains("\"afterRule\":\"groups.kids.default\""))
            #expect((try? JSONSerialization.jsonObject(with: Data(answer.body.utf8))) != nil)
            #expect(try await call("DELETE", "/api/policy/rehearsals/\(id)").status == 200)
            #expect(try await call("GET", "/api/policy/rehearsals/none").status == 404)
            #expect(try await call("POST", "/api/policy/rehearsals", "{}").status == 400)
            #expect(try await call("POST", "/api/policy/rehearsals", "{\"revision\":1,\"days\":-1}").status == 400)
            #expect(try await call("POST", "/api/policy/rehearsals", "{\"text\":\"weir: 9\"}").status == 422)
            #expect(try await call("GET", "/api/openapi.json").body.contains("/api/policy/rehearsals/{id}"))
        }
    }

    private static func ended(_ browser: TestBrowser, _ path: String) async throws -> WireReply {
        var page = try await browser.get(path)
        for _ in 0..<500 where page["refresh"] != nil {
            #expect(page["refresh"] == "2" && page.body.contains("<progress"))
            try await Task.sleep(for: .milliseconds(10))
            page = try await browser.get(path)
        }
        #expect(page.status == 200)
        return page
    }
}
