import Foundation
import PolicyCore
import PolicyStore
import Testing

@testable import AdminWeb

@Suite struct APITests {
    private func with(_ body: (TestSite, _ call: (String, String, String?) async throws -> WireReply) async throws -> Void) async throws {
        try await TestSite.with { (site: TestSite) async throws in
            try await site.policy.accounts.create("script", password: "long enough", role: .owner, author: "test")
            let secret = try site.policy.accounts.makeToken("script", name: "test", author: "test")
            try await body(site) { method, target, sent in
                try await site.client.request(
                    method, target, fields: ["Authorization: Bearer \(secret)", "Content-Type: application/json"], body: sent)
            }
        }
    }

    /// Every reading route answers JSON.
    @Test func everythingCanBeRead() async throws {
        try await with { site, call in
            try await site.record(site.beginning(host: "a.example"))
            for path in [
                "/api/openapi.json", "/api/status", "/api/visits", "/api/reports", "/api/reports/top-sites",
                "/api/explain?url=http://bet.example/&client=mia",
                "/api/policy", "/api/policy/revisions", "/api/policy/revisions/1", "/api/grants", "/api/requests", "/api/lists",
                "/api/find?name=a.example",
                "/api/categories", "/api/clients", "/api/schedules", "/api/groups", "/api/accounts", "/api/audit",
            ] {
                let reply = try await call("GET", path, nil)
                #expect(reply.status == 200 && reply["content-type"] == "application/json", "\(path) \(reply.status)")
                #expect((try? JSONSerialization.jsonObject(with: Data(reply.body.utf8))) != nil, "\(path)")
            }
        }
    }

    @Test func thePolicy() async throws {
        try await with { site, call in
            let check = try await call("POST", "/api/policy/check", "{\"text\":\"weir: 1\\nfoo: 1\\n\"}")
            #expect(check.status == 200 && check.body.contains("\"line\":2"))
            let bad = try await call("PUT", "/api/policy", "{\"text\":\"weir: 1\\nfoo: 1\\n\"}")
            #expect(bad.status == 422 && bad.body.contains("\"code\":\"error-bad-policy\"") && bad.body.contains("2:1"))
            let text = String(decoding: try JSONEncoder().encode(TestSite.text.replacing("bet.example", with: "b.example")), as: UTF8.self)
            #expect(try await call("PUT", "/api/policy", "{\"text\":\(text),\"note\":\"n\"}").status == 200)
            #expect(await site.policy.text.contains("b.example"))
            #expect(try await call("POST", "/api/policy/revert", "{\"revision\":1}").status == 200)
            #expect(await site.policy.text == TestSite.text)
            #expect(try await call("GET", "/api/policy/revisions/99", nil).status == 404)
        }
    }

    @Test func listsAndEntries() async throws {
        try await with { site, call in
            let list = try await call("PUT", "/api/lists/mine/content?category=gambling&format=domains", "bad..name\nlisted.example\n")
            #expect(list.status == 201)
            #expect(try await call("GET", "/api/find?name=www.listed.example", nil).body.contains("\"list\":\"mine\""))
            #expect(try await call("GET", "/api/lists/mine/rejected", nil).body.contains("\"line\":1"))
            #expect(try await call("POST", "/api/lists/mine/confirm", "").status == 400)
            #expect(try await call("POST", "/api/lists/mine/rollback", "{}").status == 400)
            #expect(try await call("GET", "/api/lists/mine/difference", nil).body == "null")
            _ = try await call("PUT", "/api/lists/mine/content?format=domains", "other.example\n")
            #expect(try await call("GET", "/api/lists/mine/difference", nil).body.contains("\"added\":[\"other.example\"]"))
            let back = try await call("POST", "/api/lists/mine/rollback", "")
            #expect(back.status == 200 && back.body.contains("\"role\":\"kept\""))
            #expect(try await call("GET", "/api/find?name=listed.example", nil).body.contains("\"list\":\"mine\""))
            #expect(try await call("POST", "/api/lists/mine/rollback", "{\"undo\":true}").body.contains("\"rollback\":null"))
            #expect(try await call("POST", "/api/lists/mine/rollback", "{\"version\":\"zzzz\"}").status == 400)
            #expect(try await call("GET", "/api/overlap", nil).body.contains("\"list\":\"mine\""))
            #expect(try await call("POST", "/api/lists/nope/refresh", "").status == 404)
            #expect(try await call("POST", "/api/categories/gambling/entries", "{\"entry\":\"new.example\"}").status == 200)
            #expect(try await call("GET", "/api/explain?url=http://new.example/&client=mia", nil).body.contains("\"verdict\":\"block\""))
            #expect(try await call("DELETE", "/api/categories/gambling/entries", "{\"entry\":\"new.example\"}").status == 200)
            #expect(try await call("GET", "/api/explain?url=http://new.example/&client=mia", nil).body.contains("\"verdict\":\"allow\""))
        }
    }

    @Test func peopleSchedulesAndGrants() async throws {
        try await with { site, call in
            #expect(try await call("PUT", "/api/clients/tv", "{\"group\":\"kids\",\"addresses\":[\"192.168.1.9\"]}").status == 200)
            #expect(await site.policy.snapshot.document.client("tv")?.group == "kids")
            #expect(try await call("DELETE", "/api/clients/tv", nil).status == 200)
            let weekly = "{\"weekly\":[{\"days\":[\"mon\",\"sun\"],\"from\":\"20:00\",\"to\":\"06:00\"}]}"
            #expect(try await call("PUT", "/api/schedules/bedtime", weekly).status == 200)
            #expect(try await call("GET", "/api/schedules", nil).body.contains("\"from\":\"20:00\""))
            #expect(
                try await call("PUT", "/api/schedules/bedtime", "{\"weekly\":[{\"days\":[\"x\"],\"from\":\"\",\"to\":\"\"}]}").status == 400
            )
            let grant = try await call(
                "POST", "/api/grants", "{\"scope\":\"client\",\"name\":\"mia\",\"verb\":\"block\",\"target\":\"all\",\"minutes\":5}")
            #expect(grant.status == 201)
            let id = try #require(try await site.policy.grants().first?.id)
            #expect(try await call("DELETE", "/api/grants/\(id)", nil).status == 200)
            #expect(try await call("DELETE", "/api/grants/\(id)", nil).status == 404)
            #expect(try await call("DELETE", "/api/grants/x", nil).status == 404)
        }
    }

    /// A misspelt field is not taken for an absent one.
    @Test func unknownFieldsAreRefused() async throws {
        try await with { site, call in
            let reply = try await call(
                "POST", "/api/grants", "{\"scope\":\"everyone\",\"verb\":\"allow\",\"target\":\"all\",\"minuets\":5}")
            #expect(reply.status == 400 && reply.body.contains("minuets"))
            #expect(try await site.policy.grants().isEmpty)
        }
    }

    @Test(arguments: ["", "{", "[]", "null", "{\"text\":null}", "{\"text\":1}", "\u{0}", String(repeating: "[", count: 100_000)])
    func nonsenseIsRefused(_ body: String) async throws {
        try await with { _, call in
            for (method, path) in [
                ("PUT", "/api/policy"), ("POST", "/api/grants"), ("POST", "/api/lists"), ("PUT", "/api/clients/x"),
                ("PUT", "/api/schedules/bedtime"),
                ("POST", "/api/requests/1"), ("POST", "/api/accounts"),
            ] {
                let reply = try await call(method, path, body)
                #expect(reply.status == 400, "\(method) \(path) \(reply.status)")
                #expect(reply.body.contains("\"code\":"))
            }
        }
    }
}
