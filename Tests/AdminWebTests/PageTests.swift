import Foundation
import PolicyCore
import PolicyFormats
import PolicyStore
import Testing

@testable import AdminWeb

@Suite struct PageTests {
    /// Every page renders for whoever may see it, in both languages, with nothing left over from a template.
    @Test(arguments: ["en", "de"])
    func everyPageRenders(_ language: String) async throws {
        try await TestSite.with { (site: TestSite) async throws in
            try await site.record(site.beginning(host: "shop.example"))
            let owner = try await site.browser(.owner)
            let paths = [
                "/", "/live", "/visits", "/reports", "/clients", "/clients/mia", "/groups/kids", "/lists", "/lists?find=bet.example",
                "/overlap",
                "/categories/gambling", "/policy", "/policy/text", "/policy/revisions", "/policy/import", "/policy/revisions/1",
                "/schedules/bedtime", "/why",
                "/why?url=https://bet.example/&client=mia", "/requests", "/connect", "/settings", "/mine",
            ]
            for path in paths {
                let reply = try await owner.get(path, fields: ["Accept-Language: \(language)"])
                #expect(reply.status == 200, "\(path)")
                #expect(reply.body.contains("<html lang=\"\(language)\">"))
                #expect(!reply.body.contains("{{"), "\(path)")
                #expect(reply.body.contains("</html>") && reply.body.contains("<h1>"), "\(path)")
                let missing = reply.body.matches(of: />((?:nav|verdict|role|list|default|step|fact|for|rule|target|day)-[a-z0-9-]+)</).map {
                    String($0.1)
                }
                #expect(missing.isEmpty, "\(path): \(missing)")
            }
            #expect(try await owner.get("/lists/mine/changes").status == 404)
            _ = try await site.policy.upload("mine", Array("one.example\n".utf8), format: .domains, category: "gambling", author: "ada")
            #expect(try await owner.get("/lists/mine/changes").status == 200)
            _ = try await site.policy.upload("mine", Array("one.example\ntwo.example\n".utf8), author: "ada")
            for path in ["/lists/mine", "/lists/mine/changes", "/lists", "/overlap"] {
                let reply = try await owner.get(path, fields: ["Accept-Language: \(language)"])
                #expect(reply.status == 200 && !reply.body.contains("{{") && reply.body.contains("</html>"), "\(path)")
            }
            #expect(try await owner.get("/lists/mine/changes").body.contains("+ two.example"))
            for name in ["rule-hits", "dead-rules", "list-hits", "overview", "top-sites", "heat-map", "client-day"] {
                #expect(try await owner.get("/reports/\(name)").status == 200, "\(name)")
            }
        }
    }

    @Test func theFirstRun() async throws {
        try await TestSite.with(policy: nil) { (site: TestSite) async throws in
            let token = try #require(try site.policy.accounts.setupToken())
            #expect(try await site.client.request("GET", "/setup?token=wrong").status == 403)
            let page = try await site.client.request("GET", "/setup?token=\(token)")
            #expect(page.status == 200 && page.body.contains("value=\"home\" checked"))
            let wrong = try await site.client.request(
                "POST", "/setup", fields: [TestBrowser.form],
                body: "token=\(token)&user=ada&password=long+enough&again=other+words&policy=home")
            #expect(wrong.status == 422 && wrong.body.contains("value=\"ada\""))
            let reply = try await site.client.request(
                "POST", "/setup", fields: [TestBrowser.form],
                body: "token=\(token)&user=ada&password=long+enough&again=long+enough&policy=school&zone=Europe/Paris&language=de")
            #expect(reply.status == 303 && reply["location"] == "/connect")
            #expect(reply.all("set-cookie").contains { $0.hasPrefix("weir-language=de") })
            #expect(await site.policy.text.contains("\ntimezone: Europe/Paris\n"))
            // The link works once.
            #expect(try await site.client.request("GET", "/setup?token=\(token)").status == 303)
            let again = try await site.client.request(
                "POST", "/api/setup", body: "{\"token\":\"\(token)\",\"user\":\"eve\",\"password\":\"long enough\"}")
            #expect(again.status == 403)
            #expect(try site.policy.accounts.list().map(\.name) == ["ada"])
        }
    }

    @Test func setUpByAScript() async throws {
        try await TestSite.with { (site: TestSite) async throws in
            let token = try #require(try site.policy.accounts.setupToken())
            let short = try await site.client.request(
                "POST", "/api/setup", body: "{\"token\":\"\(token)\",\"user\":\"ada\",\"password\":\"short\"}")
            #expect(short.status == 400)
            #expect(try await site.client.request("POST", "/api/setup", body: "{\"token\":1}").status == 400)
            #expect(try await site.client.request("POST", "/api/setup", body: "nonsense").status == 400)
            let reply = try await site.client.request(
                "POST", "/api/setup", body: "{\"token\":\"\(token)\",\"user\":\"ada\",\"password\":\"long enough\"}")
            #expect(reply.status == 201 && reply.body == "{\"role\":\"owner\",\"user\":\"ada\"}")
            _ = try await TestBrowser.signIn(site.client, user: "ada", password: "long enough")
        }
    }

    @Test func aBrokenPolicyIsShownWithItsErrorsAndKept() async throws {
        try await TestSite.with { (site: TestSite) async throws in
            let manager = try await site.browser(.manager)
            let broken = TestSite.text.replacing("block: [gambling]", with: "block: [gamblin]")
            let reply = try await manager.post("/policy/text", "text=\(Form.encode(broken))&note=try")
            #expect(reply.status == 422)
            #expect(reply.body.contains("gamblin]") && reply.body.contains("class=\"error\"") && reply.body.contains("value=\"try\""))
            #expect(reply.body.contains("id=\"line-10\""))
            #expect(await site.policy.text == TestSite.text)
            // Only checking saves nothing, even where all is well.
            let fine = TestSite.text.replacing("bet.example", with: "bets.example")
            #expect(try await manager.post("/policy/text", "check=1&text=\(Form.encode(fine))").status == 200)
            #expect(await site.policy.text == TestSite.text)
        }
    }

    @Test func savingMakesARevisionThatCanBeUndone() async throws {
        try await TestSite.with { (site: TestSite) async throws in
            let manager = try await site.browser(.manager)
            let changed = TestSite.text.replacing("bet.example", with: "bets.example")
            // As browsers send it: with CR LF.
            let reply = try await manager.post("/policy/text", "text=\(Form.encode(changed.replacing("\n", with: "\r\n")))&note=other+name")
            #expect(reply.status == 303)
            #expect(await site.policy.text == changed)
            let done = try await manager.get(try #require(reply["location"]))
            #expect(done.body.contains("action=\"/policy/revert\""))
            let difference = try await manager.get("/policy/revisions/2")
            #expect(difference.body.contains("class=\"added\"") && difference.body.contains("bets.example"))
            #expect(try await manager.post("/policy/revert", "revision=1").status == 303)
            #expect(await site.policy.text == TestSite.text)
            #expect(try await site.policy.history().count == 3)
        }
    }

    @Test func anEntryAddedInTheBrowserBlocksAtOnce() async throws {
        try await TestSite.with { (site: TestSite) async throws in
            let manager = try await site.browser(.manager)
            let asked = "/api/explain?client=mia&url=https://new.example/"
            #expect(try await manager.get(asked).body.contains("\"verdict\":\"allow\""))
            let reply = try await manager.post("/categories/gambling", "key=sites&entries=new.example%0D%0A%0D%0Aother.example")
            #expect(reply.status == 303)
            #expect(try await manager.get(asked).body.contains("\"verdict\":\"block\""))
            #expect(await site.policy.text.contains("# own entries"))
            #expect(try await manager.post("/categories/gambling", "key=sites&remove=new.example").status == 303)
            #expect(try await manager.get(asked).body.contains("\"verdict\":\"allow\""))
            let bad = try await manager.post("/categories/gambling", "key=expressions&entries=(((")
            #expect(bad.status == 422)
        }
    }

    @Test func namingADevice() async throws {
        try await TestSite.with { (site: TestSite) async throws in
            let manager = try await site.browser(.manager)
            let reply = try await manager.post(
                "/clients", "name=tom-phone&group=kids&addresses=192.168.1.30%0Afd00::30&macs=3c:22:fb:01:02:03&users=")
            #expect(reply.status == 303)
            let document = await site.policy.snapshot.document
            #expect(document.client("tom-phone")?.group == "kids" && document.client("tom-phone")?.addresses.count == 2)
            #expect(try await manager.post("/clients", "name=tom&old=tom-phone&addresses=192.168.1.30").status == 303)
            #expect(await site.policy.snapshot.document.client("tom-phone") == nil)
            #expect(try await manager.post("/clients", "name=x&addresses=999.1.1.1").status == 400)
            #expect(try await manager.post("/clients", "name=Not%20A%20Name&addresses=192.168.1.31").status == 400)
            #expect(try await manager.post("/clients/remove", "name=tom").status == 303)
            #expect(await site.policy.snapshot.document.client("tom") == nil)
        }
    }

    @Test func pausingAndUndoing() async throws {
        try await TestSite.with { (site: TestSite) async throws in
            let manager = try await site.browser(.manager)
            let reply = try await manager.post("/grants", "scope=client&name=mia&verb=pause&for=15&back=/clients/mia")
            let back = try #require(reply["location"])
            #expect(back.hasPrefix("/clients/mia?done=paused&undo-grant="))
            let page = try await manager.get(back)
            #expect(page.body.contains("action=\"/grants/revoke\""))
            let grant = try #require(try await site.policy.grants().first)
            #expect(!grant.allows && grant.target == "all" && grant.until == Instant(milliseconds: site.clock.now + 900_000))
            #expect(try await manager.post("/grants/revoke", "id=\(grant.id)&back=//evil.example").status == 303)
            #expect(try await site.policy.grants().isEmpty)
            for bad in [
                "scope=client&verb=allow&target=all", "scope=everyone&verb=frob&target=all", "scope=everyone&verb=allow&target=",
                "scope=everyone&verb=allow&target=all&for=0",
            ] {
                #expect(try await manager.post("/grants", bad).status == 400, "\(bad)")
            }
        }
    }

    @Test func askingAndApproving() async throws {
        try await TestSite.with { (site: TestSite) async throws in
            try await site.policy.ask(
                AccessRequest(
                    client: "mia", group: "kids", user: nil, url: "http://bet.example/x", host: "bet.example", site: "bet.example",
                    rule: "groups.kids.rules[1]", category: "gambling", note: "<b>please</b>", time: Instant(milliseconds: site.clock.now)))
            let manager = try await site.browser(.manager)
            let page = try await manager.get("/requests")
            #expect(page.body.contains("&lt;b&gt;please&lt;/b&gt;") && page.body.contains("<span class=\"count\">1</span>"))
            let ask = try #require(try await site.policy.asks(open: true).first)
            #expect(try await manager.post("/requests/decide", "id=\(ask.id)&decision=approve&for=60&scope=client").status == 303)
            #expect(try await site.policy.asks(open: true).isEmpty)
            #expect(try await manager.get("/api/explain?client=mia&url=http://bet.example/x").body.contains("\"verdict\":\"allow\""))
            #expect(try await manager.post("/requests/decide", "id=\(ask.id)&decision=deny").status == 409)
        }
    }

    @Test func aScheduleAsRows() async throws {
        try await TestSite.with { (site: TestSite) async throws in
            let manager = try await site.browser(.manager)
            let reply = try await manager.post(
                "/schedules/bedtime", "days-0=mon&days-0=tue&from-0=20:30&to-0=07:00&from-1=01:00&to-1=02:00&days-7=sat&from-7=&to-7=24:00")
            #expect(reply.status == 303)
            let windows = await site.policy.snapshot.document.schedules.first?.windows
            #expect(windows?.count == 2 && windows?.first?.from == 20 * 60 + 30 && windows?.last?.to == 1440)
            #expect(try await manager.post("/schedules/bedtime", "days-0=mon&from-0=25:00").status == 400)
            #expect(try await manager.post("/schedules/school", "days-0=mon&from-0=08:00&to-0=13:00").status == 303)
            #expect(await site.policy.snapshot.document.schedules.map(\.name).contains("school"))
            #expect(try await manager.post("/schedules/Not%20one", "days-0=mon").status == 404)
        }
    }

    @Test func importsAConfiguration() async throws {
        try await TestSite.with { (site: TestSite) async throws in
            let manager = try await site.browser(.manager)
            let configuration =
                "acl kids src 10.0.5.0/24\nacl bad dstdomain .bad.example\nacl old browser msie\n"
                + "http_access deny kids bad\nhttp_access allow old\nhttp_access allow all\n"
            let page = try await manager.post("/policy/import", "from=squid&text=\(Form.encode(configuration))")
            #expect(page.status == 200)
            #expect(page.body.contains("squid.conf:3") && page.body.contains("nothing here can judge"))
            #expect(page.body.contains("# squid.conf:4: http_access deny kids bad"))
            // What the preview offers is saved where the text is.
            let text =
                PolicyImport.read(.squid, path: "squid.conf", files: GivenFiles(["squid.conf": Array(configuration.utf8)])).text ?? ""
            #expect(try await manager.post("/policy/text", "text=\(Form.encode(text))&note=Imported").status == 303)
            #expect(await site.policy.snapshot.document.groups.map(\.name).contains("kids"))
            let broken = try await manager.post("/policy/import", "from=squidguard&text=src+a+%7B%0A")
            #expect(broken.status == 422 && broken.body.contains("squidGuard.conf:1:1") && broken.body.contains("has no }"))
            #expect(try await manager.post("/policy/import", "from=squid&text=").status == 422)
            #expect(try await manager.post("/policy/import", "from=other&text=x").status == 400)
            #expect(try await site.browser(.viewer).get("/policy/import").status == 403)
        }
    }

    @Test func filesSentAreFoundByTheEndOfTheirPath() {
        var files = SentFiles()
        files.add("e2guardian/lists/a/domains", [1])
        files.add("e2guardian/lists/b/domains", [2])
        files.add("squid.conf", [3])
        #expect(files.bytes("/etc/e2guardian/lists/b/domains") == [2])
        #expect(files.bytes("/etc/squid/squid.conf") == [3])
        #expect(files.bytes("domains") == nil)
        #expect(files.bytes("/etc/squid/other.conf") == nil)
        #expect(files.matching("conf.d/*.conf") == ["squid.conf"])
    }

    /// e2guardian's files as a browser sends them: with or without a filter group's file, in folders of any name.
    @Test(arguments: ["", "mine/", "etc/e2guardian/lists/"]) func foldersOfListsAreImported(_ folder: String) throws {
        var files = SentFiles()
        for (name, text) in [("bannedsitelist", "bad.test\n"), ("exceptionsitelist", "good.bad.test\n"), ("spare", "x\n")] {
            files.add(folder + name, Array(text.utf8))
        }
        let lists = PolicyImport.read(.e2guardian, path: "e2guardian", files: files, lists: "e2guardian")
        #expect(lists.text?.contains("block: [bannedsitelist]") == true, "\(lists.errors)")
        #expect(
            Set(lists.lines.map(\.text)).isSuperset(of: ["filter group 1", "bannedsitelist", "exceptionsitelist", "spare", "bad.test"]))
        files.add("e2guardianf1.conf", Array("bannedsitelist = '/etc/e2guardian/lists/bannedsitelist'\n".utf8))
        let group = PolicyImport.read(.e2guardian, path: "e2guardian", files: files, lists: "e2guardian")
        #expect(group.text?.contains("block: [bannedsitelist]") == true, "\(group.errors)")
        let unnamed = group.lines.filter { $0.note?.contains("no filter group names") == true }
        #expect(unnamed.map(\.text).sorted() == ["exceptionsitelist", "spare"])
        var twice = SentFiles()
        for place in [folder, "other/"] { twice.add(place + "bannedsitelist", Array("other.test\n".utf8)) }
        let errors = PolicyImport.read(.e2guardian, path: "e2guardian", files: twice).errors
        #expect(errors.count == 1 && errors.first?.message.contains("there twice") == true, "\(errors)")
    }

    @Test func aFileIsReadOnly() async throws {
        try await TestSite.with(file: true) { (site: TestSite) async throws in
            let owner = try await site.browser(.owner)
            let page = try await owner.get("/policy/text")
            #expect(page.body.contains(" readonly") && page.body.contains("policy.yaml"))
            #expect(try await owner.post("/policy/text", "text=\(Form.encode(TestSite.text))").status == 409)
            #expect(try await owner.post("/categories/gambling", "entries=x.example").status == 409)
            // What is given by hand is no part of the file.
            #expect(try await owner.post("/grants", "scope=everyone&verb=pause&for=15").status == 303)
        }
    }

    @Test func accounts() async throws {
        try await TestSite.with { (site: TestSite) async throws in
            let owner = try await site.browser(.owner)
            #expect(try await owner.post("/settings/accounts", "user=bob&password=long+enough&role=viewer").status == 303)
            #expect(try await owner.post("/settings/accounts", "user=bob&password=long+enough&role=viewer").status == 422)
            #expect(try await owner.post("/settings/accounts", "user=eve&password=short&role=viewer").status == 422)
            let bob = try await TestBrowser.signIn(site.client, user: "bob", password: "long enough")
            #expect(try await bob.post("/settings/password", "old=wrong&password=another+one&again=another+one").status == 422)
            #expect(try await bob.post("/settings/password", "old=long+enough&password=another+one&again=another+one").status == 303)
            #expect(try await bob.get("/visits").status == 303)
            _ = try await TestBrowser.signIn(site.client, user: "bob", password: "another one")
            #expect(try await owner.post("/settings/accounts/remove", "user=the-owner").status == 422)
            #expect(try await owner.post("/settings/accounts/remove", "user=bob").status == 303)
            let made = try await owner.post("/settings/tokens", "user=the-owner&name=script")
            let secret = try #require(made.body.firstMatch(of: /id="new-token">([^<]+)</).map { String($0.1) })
            let bearer = "Authorization: Bearer \(secret)"
            #expect(try await site.client.request("GET", "/api/accounts", fields: [bearer]).status == 200)
            // A bearer token needs no form token.
            let grant = "{\"scope\":\"everyone\",\"verb\":\"block\",\"target\":\"site:x.example\",\"minutes\":5}"
            #expect(try await site.client.request("POST", "/api/grants", fields: [bearer], body: grant).status == 201)
            #expect(try await site.client.request("GET", "/api/accounts", fields: ["Authorization: Bearer no"]).status == 401)
            #expect(!(try await owner.get("/settings").body.contains(secret)))
        }
    }

    @Test func theUserSeesNothingButTheirOwn() async throws {
        try await TestSite.with { (site: TestSite) async throws in
            let user = try await site.browser(.user)
            #expect(try await user.get("/")["location"] == "/mine")
            let page = try await user.get("/mine")
            #expect(page.status == 200 && !page.body.contains("href=\"/visits\""))
        }
    }

    @Test func pacAndConnect() async throws {
        try await TestSite.with { (site: TestSite) async throws in
            let pac = try await site.client.request("GET", "/proxy.pac")
            #expect(pac["content-type"] == "application/x-ns-proxy-autoconfig" && pac.body.contains("PROXY 127.0.0.1:3128"))
            let viewer = try await site.browser(.viewer)
            #expect(try await viewer.get("/connect/seen?since=\(site.clock.now)").body == "{\"seen\":false}")
            try await site.record(site.beginning(host: "a.example", client: "new-phone"))
            #expect(try await viewer.get("/connect/seen?since=\(site.clock.now)").body.contains("new-phone"))
        }
    }
}
