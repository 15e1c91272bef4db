import PatternMatching

/// A search service with a restricted form.
struct RestrictedService: Sendable {
    let name: String
    /// Canonical host names, each exactly.
    let hosts: Set<String>
    /// Hosts below these names are the service's too.
    let domains: [String]
    /// nil: none is known.
    let substitute: String?
    /// Hosts the substitute does not speak for.
    let otherHosts: Set<String>
    let parameter: ServiceRestriction.Setting?
    /// Paths of searches, each to its end or the next `/`; empty: every path.
    let paths: [String]

    init(
        _ name: String, hosts: Set<String> = [], domains: [String] = [], substitute: String? = nil, otherHosts: Set<String> = [],
        parameter: ServiceRestriction.Setting? = nil, paths: [String] = []
    ) {
        self.name = name
        self.hosts = hosts.union(otherHosts)
        self.domains = domains
        self.substitute = substitute
        self.otherHosts = otherHosts
        self.parameter = parameter
        self.paths = paths
    }

    func hasNoSubstitute(_ host: String) -> Bool { otherHosts.contains(host) }

    /// Whether the path is one that searches.
    func isSearch(_ url: RequestURL) -> Bool {
        if paths.isEmpty { return true }
        let path = url.bytes[url.pathStart...].prefix { $0 != UInt8(ascii: "?") }
        return paths.contains { search in
            guard path.starts(with: search.utf8) else { return false }
            let rest = path.dropFirst(search.utf8.count)
            return rest.isEmpty || rest.first == UInt8(ascii: "/")
        }
    }

    /// - Parameter host: a canonical name.
    static func of(_ host: String) -> RestrictedService? {
        if let service = byHost[host] { return service }
        for service in all {
            for domain in service.domains where host == domain || host.hasSuffix("." + domain) { return service }
        }
        return nil
    }

    private static let byHost: [String: RestrictedService] = {
        var table: [String: RestrictedService] = [:]
        for service in all { for host in service.hosts { table[host] = service } }
        return table
    }()
}

extension RestrictedService {
    /// What YouTube's operator names for its restricted mode.
    static let videoHosts: Set<String> = [
        "www.youtube.com", "m.youtube.com", "youtubei.googleapis.com", "youtube.googleapis.com", "www.youtube-nocookie.com",
    ]

    /// As the services' own help pages and the lists of resolvers that do the same say, November 2026.
    static let all: [RestrictedService] = [
        RestrictedService(
            "google", hosts: googleHosts, substitute: "forcesafesearch.google.com", parameter: ServiceRestriction.Setting("safe", "active"),
            paths: ["/search", "/images", "/imghp", "/imgres", "/webhp", "/videosearch", "/custom", "/cse", "/complete/search"]),
        RestrictedService(
            "bing", hosts: ["bing.com", "www.bing.com"], substitute: "strict.bing.com", otherHosts: ["cn.bing.com"],
            parameter: ServiceRestriction.Setting("adlt", "strict")),
        RestrictedService(
            "duckduckgo", hosts: ["duckduckgo.com", "www.duckduckgo.com", "start.duckduckgo.com", "duck.com", "www.duck.com"],
            substitute: "safe.duckduckgo.com", otherHosts: ["html.duckduckgo.com", "lite.duckduckgo.com"],
            parameter: ServiceRestriction.Setting("kp", "1")),
        RestrictedService("yahoo", domains: ["search.yahoo.com"], parameter: ServiceRestriction.Setting("vm", "r")),
        RestrictedService("yandex", hosts: yandexHosts, substitute: "familysearch.yandex.ru"),
        RestrictedService("pixabay", hosts: ["pixabay.com", "www.pixabay.com"], substitute: "safesearch.pixabay.com"),
        RestrictedService("ecosia", hosts: ["ecosia.org", "www.ecosia.org"], substitute: "strict-safe-search.ecosia.org"),
        RestrictedService("brave", hosts: ["search.brave.com"], substitute: "forcesafe.search.brave.com"),
        RestrictedService("qwant", hosts: ["api.qwant.com"], substitute: "safeapi.qwant.com"),
        RestrictedService("startpage", hosts: ["startpage.com", "www.startpage.com"], substitute: "safe.startpage.com"),
    ]

    private static let googleHosts: Set<String> = {
        var hosts: Set<String> = ["ipv4.google.com", "ipv6.google.com", "encrypted.google.com"]
        for domain in googleDomains { for prefix in ["", "www.", "images."] { hosts.insert("\(prefix)google.\(domain)") } }
        return hosts
    }()

    private static let yandexHosts: Set<String> = {
        let domains = "ru com com.tr by kz uz ua az com.am com.ge co.il ee fr kg lt lv md tj tm eu".split(separator: " ")
        return Set(["ya.ru", "www.ya.ru"] + domains.flatMap { ["yandex.\($0)", "www.yandex.\($0)"] })
    }()

    /// What follows `google.` in https://www.google.com/supported_domains, November 2026.
    static let googleDomains: [String] =
        """
        com ad ae com.af com.ag com.ai al am co.ao com.ar as at com.au az ba com.bd be bf bg com.bh bi bj com.bn com.bo com.br bs bt co.bw by \
        com.bz ca cd cf cg ch ci co.ck cl cm cn com.co co.cr com.cu cv com.cy cz de dj dk dm com.do dz com.ec ee com.eg es com.et fi com.fj \
        fm fr ga ge gg com.gh com.gi gl gm gr com.gt gy com.hk hn hr ht hu co.id ie co.il im co.in iq is it je com.jm jo co.jp co.ke com.kh \
        ki kg co.kr com.kw kz la com.lb li lk co.ls lt lu lv com.ly co.ma md me mg mk ml com.mm mn com.mt mu mv mw com.mx com.my co.mz com.na \
        com.ng com.ni ne nl no com.np nr nu co.nz com.om com.pa com.pe com.pg com.ph com.pk pl pn com.pr ps pt com.py com.qa ro ru rw com.sa \
        com.sb sc se com.sg sh si sk com.sl sn so sm sr st com.sv td tg co.th com.tj tl tm tn to com.tr tt com.tw co.tz com.ua co.ug co.uk \
        com.uy co.uz com.vc co.ve co.vi com.vn vu ws rs co.za co.zm co.zw cat
        """.split(separator: " ").map(String.init)
}
