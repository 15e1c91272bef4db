import PolicyCore
import Testing

@testable import PolicyFormats

@Suite struct ListDetectionTests {
    static let contents: [(String, ListSyntax)] = [
        ("# Title: x\n0.0.0.0 a.example\n0.0.0.0 b.example\n", .hosts),
        ("127.0.0.1 localhost\n::1 localhost\n127.0.0.1 ads.example\n", .hosts),
        ("a.example\nb.example\n", .domains),
        ("# comment\n*.a.example\n*.b.example\n", .wildcard),
        ("[Adblock Plus]\n! Title: x\nexample.com##.ad\n", .adblock),
        ("! Title: x\n||a.example^\n||b.example^\n", .adblock),
        ("address=/a.example/#\naddress=/b.example/#\n", .dnsmasq),
        ("server:\nlocal-zone: \"a.example.\" always_null\n", .unbound),
        ("$TTL 60\n@ SOA a. b. 1 2 3 4 5\na.example CNAME .\n", .rpz),
        ("a.example CNAME .\n*.a.example CNAME .\n", .rpz),
        (".a.example\n.b.example\n", .dstdomain),
        ("#listcategory: \"ads\"\na.example\n", .e2guardian),
        ("{+block{ads}}\n.ads.example\n", .privoxy), ("{{settings}}\nfor-privoxy-version=3.0.11\n{+block}\nads.example\n", .privoxy),
        (".Include<__LISTDIR__/more>\na.example\n", .e2guardian), ("server=/a.example/\nserver=/b.example/\n", .dnsmasq),
        ("local=/a.example/\n", .dnsmasq), ("$ORIGIN rpz.\n", .rpz), ("@@||a.example^\n", .adblock),
        ("\u{feff}0.0.0.0 a.example\r\n", .hosts),
        ("a.example/x\nb.example/y/z\n", .memberURLs),
        ("", .domains), ("# nothing\n", .domains),
    ]

    @Test(arguments: contents) func looksAtTheContent(_ text: String, _ syntax: ListSyntax) {
        #expect(Array(text.utf8).withUnsafeBytes { ListDetection.syntax(of: $0, name: "list.txt", match: .subdomains) } == syntax)
    }

    /// Whatever a list was found to be can be written in a policy, and is read the same.
    @Test(arguments: ListSyntax.allCases) func everySyntaxHasAName(_ syntax: ListSyntax) throws {
        let format = try #require(ListDeclaration.Format(rawValue: syntax.formatName))
        let file = syntax == .memberDifference ? "domains.diff" : "list.txt"
        let named = try #require(ListSyntax(format, match: syntax == .exactDomains ? .exact : .subdomains, fileName: file))
        // In a file of its own a member's part is a list of that format.
        #expect(named == (syntax == .memberDomains ? .domains : syntax))
    }

    @Test func matchExactHoldsForPlainNames() {
        let found = Array("a.example\n".utf8).withUnsafeBytes { ListDetection.syntax(of: $0, name: "list.txt", match: .exact) }
        #expect(found == .exactDomains)
    }

    @Test func aMembersFileNameTells() {
        let found = Array("a\n".utf8).withUnsafeBytes { ListDetection.syntax(of: $0, name: "ut1/gambling/expressions", match: .exact) }
        #expect(found == .memberExpressions)
    }

    static let noLists: [([UInt8], ListDetection.Refusal)] = [
        (Array("  \n<!DOCTYPE html><html>".utf8), .html), (Array("<html>".utf8), .html),
        (Array("\u{feff}<?xml version=\"1.0\"?>".utf8), .html),
        ([0xff, 0xfe, 0x61, 0x00, 0x0a, 0x00], .utf16), ([0xfe, 0xff, 0x00, 0x61], .utf16),
        ("a.example\n".utf8.flatMap { [$0, 0] }, .utf16), ((0..<1000).map { UInt8($0 % 256) }, .binary),
    ]

    @Test(arguments: noLists) func refusesWhatIsNoList(_ bytes: [UInt8], _ refusal: ListDetection.Refusal) {
        let found = bytes.withUnsafeBytes { head -> ListDetection.Refusal? in
            do throws(ListDetection.Refusal) { try ListDetection.check(head) } catch { return error }
            return nil
        }
        #expect(found == refusal)
    }

    @Test func keepsWhatAListSaysOfItself() {
        let text = Array("# Title: Ads & more\n# License: CC0\n! Homepage: https://lists.example/\na.example\n".utf8)
        let header = text.withUnsafeBytes { ListHeader($0) }
        #expect(header.title == "Ads & more")
        #expect(header.licence == "CC0")
        #expect(header.homepage == "https://lists.example/")
        let e2guardian = Array("#listcategory: \"Banned sites\"\na.example\n".utf8)
        #expect(e2guardian.withUnsafeBytes { ListHeader($0) }.title == "Banned sites")
    }

    @Test func readsUsage() {
        var usage = MemberUsage()
        usage.readGlobal(
            "#\n#\tNAME : explanation\nNAME:\tbank\nDEFAULT_TYPE: white\nNAME EN: Banks\nNAME FR: Banques\n\nNAME: adult\nDEFAULT_TYPE: black\n"
        )
        usage.read("# comment\nwhite\nupdates\n", of: "update")
        usage.read("black\nwhite\n", of: "mixed")
        #expect(usage.titles == ["bank": "Banks"])
        #expect(usage.allowlists == ["bank", "update"])
    }
}
