import PatternMatching
import Testing

@testable import PolicyCore

@Suite("SafeSearch and YouTube's restricted mode")
struct ServiceRestrictionTests {
    private func settings(_ youtube: GroupSettings.Restriction = .off, safeSearch: Bool = true) -> GroupSettings {
        var settings = GroupSettings()
        settings.safeSearch = safeSearch
        settings.youtube = youtube
        return settings
    }

    struct Host: CustomTestStringConvertible, Sendable {
        let host: String
        let service: String?
        let substitute: String?
        var testDescription: String { host }

        init(_ host: String, _ service: String?, _ substitute: String?) {
            self.host = host
            self.service = service
            self.substitute = substitute
        }
    }

    static let hosts =
        [
            Host("google.com", "google", "forcesafesearch.google.com"), Host("images.google.com", "google", "forcesafesearch.google.com"),
            Host("ipv6.google.com", "google", "forcesafesearch.google.com"), Host("WWW.Google.DE.", "google", "forcesafesearch.google.com"),
            Host("mail.google.com", nil, nil), Host("www.google.example", nil, nil), Host("notgoogle.com", nil, nil),
            Host("bing.com", "bing", "strict.bing.com"), Host("www.bing.com", "bing", "strict.bing.com"), Host("cn.bing.com", "bing", nil),
            Host("duckduckgo.com", "duckduckgo", "safe.duckduckgo.com"), Host("www.duckduckgo.com", "duckduckgo", "safe.duckduckgo.com"),
            Host("start.duckduckgo.com", "duckduckgo", "safe.duckduckgo.com"), Host("duck.com", "duckduckgo", "safe.duckduckgo.com"),
            Host("www.duck.com", "duckduckgo", "safe.duckduckgo.com"), Host("html.duckduckgo.com", "duckduckgo", nil),
            Host("lite.duckduckgo.com", "duckduckgo", nil), Host("search.yahoo.com", "yahoo", nil),
            Host("uk.images.search.yahoo.com", "yahoo", nil), Host("notsearch.yahoo.com", nil, nil), Host("mail.yahoo.com", nil, nil),
            Host("ya.ru", "yandex", "familysearch.yandex.ru"), Host("yandex.ru", "yandex", "familysearch.yandex.ru"),
            Host("www.yandex.com.tr", "yandex", "familysearch.yandex.ru"), Host("mail.yandex.ru", nil, nil),
            Host("pixabay.com", "pixabay", "safesearch.pixabay.com"), Host("www.pixabay.com", "pixabay", "safesearch.pixabay.com"),
            Host("ecosia.org", "ecosia", "strict-safe-search.ecosia.org"),
            Host("www.ecosia.org", "ecosia", "strict-safe-search.ecosia.org"),
            Host("search.brave.com", "brave", "forcesafe.search.brave.com"), Host("api.qwant.com", "qwant", "safeapi.qwant.com"),
            Host("www.qwant.com", nil, nil), Host("startpage.com", "startpage", "safe.startpage.com"),
            Host("www.startpage.com", "startpage", "safe.startpage.com"), Host("www.youtube.com", nil, nil),
            Host("forcesafesearch.google.com", nil, nil), Host("216.58.1.1", nil, nil),
        ]

    @Test("Every host of the table, over CONNECT and plainly", arguments: hosts)
    func host(_ row: Host) throws {
        for url in [try RequestURL(connect: "\(row.host):443".utf8), try RequestURL("http://\(row.host)/")] {
            let found = settings().restriction(of: url)
            #expect(found?.service == row.service)
            #expect(found?.substitute == row.substitute)
            #expect(found.map(\.key) == row.service.map { _ in .safeSearch })
            #expect(settings(safeSearch: false).restriction(of: url) == nil)
        }
    }

    @Test("Google under every top-level domain it serves", arguments: RestrictedService.googleDomains)
    func google(domain: String) throws {
        for host in ["google.\(domain)", "www.google.\(domain)", "images.google.\(domain)"] {
            let url = try RequestURL(connect: "\(host):443".utf8)
            #expect(settings().restriction(of: url)?.substitute == "forcesafesearch.google.com")
        }
    }

    @Test("The table is whole: 188 domains of Google's own list, each once")
    func domains() {
        #expect(RestrictedService.googleDomains.count == 188)
        #expect(Set(RestrictedService.googleDomains).count == 188)
    }

    @Test(
        "YouTube's five names, moderate and strict",
        arguments: [
            "www.youtube.com", "m.youtube.com", "youtubei.googleapis.com", "youtube.googleapis.com", "www.youtube-nocookie.com",
        ])
    func youtube(host: String) throws {
        let url = try RequestURL("http://\(host)/watch?v=x")
        let strict = settings(.strict, safeSearch: false).restriction(of: url)
        #expect(strict?.substitute == "restrict.youtube.com")
        #expect(strict?.field == ServiceRestriction.Setting("YouTube-Restrict", "Strict"))
        let moderate = settings(.moderate).restriction(of: url)
        #expect(moderate?.substitute == "restrictmoderate.youtube.com")
        #expect(moderate?.field == ServiceRestriction.Setting("YouTube-Restrict", "Moderate"))
        #expect(moderate?.key == .youtube)
        #expect(settings(.off).restriction(of: url) == nil)
        #expect(settings(.strict).restriction(of: try RequestURL("http://i.ytimg.com/")) == nil)
    }

    @Test(
        "The parameter is for searches asked for plainly, and for no other path",
        arguments: [
            ("http://www.google.com/search?q=x", "safe=active"), ("http://www.google.fr/images", "safe=active"),
            ("http://www.google.com/complete/search?q=x", "safe=active"), ("http://www.google.com/searching", nil),
            ("http://www.google.com/maps", nil), ("http://www.google.com//search?q=x", "safe=active"),
            ("http://www.google.com/%73earch?q=x", "safe=active"), ("http://www.bing.com/search?q=x", "adlt=strict"),
            ("http://cn.bing.com/search?q=x", "adlt=strict"), ("http://duckduckgo.com/?q=x", "kp=1"),
            ("http://lite.duckduckgo.com/lite/?q=x", "kp=1"), ("http://search.yahoo.com/search?p=x", "vm=r"),
            ("http://images.search.yahoo.com/search/images?p=x", "vm=r"), ("http://www.ecosia.org/search?q=x", nil),
        ] as [(String, String?)])
    func parameter(text: String, expected: String?) throws {
        let url = try RequestURL(text)
        #expect(settings().restriction(of: url)?.parameter.map { "\($0.name)=\($0.value)" } == expected)
        #expect(settings().restriction(of: url.asTunnel)?.parameter == nil)
    }

    @Test("A connection made under one restriction serves another name only where both stand at the same address")
    func kept() throws {
        let google = try #require(settings().restriction(of: try RequestURL("http://www.google.com/")))
        let german = try #require(settings().restriction(of: try RequestURL("http://www.google.de/")))
        let bing = try #require(settings().restriction(of: try RequestURL("http://www.bing.com/")))
        let yahoo = try #require(settings().restriction(of: try RequestURL("http://search.yahoo.com/")))
        #expect(google.isKept(by: german) && yahoo.isKept(by: nil))
        #expect(!google.isKept(by: bing) && !google.isKept(by: nil))
    }
}
