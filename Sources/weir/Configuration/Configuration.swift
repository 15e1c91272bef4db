import PatternMatching

/// `weir.yaml` as values; every one has the default that OPERATION's table in the manual gives.
struct Configuration: Sendable, Equatable {
    var data = "./data"
    /// A policy file that is the truth; nil: the policy lives in the database.
    var policy: String?
    var proxy = Proxy()
    var egress = Egress()
    var names = Names()
    var admin = Admin()
    var visits = Visits()
    var portal = Portal()
    var limits = Limits()
    var log = Log()

    struct Proxy: Sendable, Equatable {
        enum Authentication: String, CaseIterable, Sendable { case off, basic }
        enum ForwardedFor: String, CaseIterable, Sendable { case off, on, delete }

        var listen = [Endpoint(host: "0.0.0.0", port: 3128), Endpoint(host: "::", port: 3128)]
        /// CIDRs, `private` or `any`.
        var allowClients = ["private"]
        var connectPorts: [ClosedRange<UInt16>] = [443...443]
        var httpPorts: [ClosedRange<UInt16>] = [80...80, 443...443, 1024...65535]
        var authentication = Authentication.off
        var trustedPeers: [String] = []
        /// 0: one per core.
        var eventLoops = 0
        var via = true
        var trace = false
        var forwardedFor = ForwardedFor.delete
    }

    struct Egress: Sendable, Equatable {
        static let classes = ["private", "link-local", "multicast", "reserved", "metadata"]

        var deny = Egress.classes
        var allow: [IPPrefix] = []
    }

    struct Names: Sendable, Equatable {
        /// DNS servers; none: the system's.
        var servers: [Endpoint] = []
        var hosts: [String: IPAddress] = [:]
    }

    struct Admin: Sendable, Equatable {
        enum TLS: Sendable, Equatable {
            case off, selfSigned
            case files(certificate: String, key: String)
        }

        var listen = [Endpoint(host: "127.0.0.1", port: 8080)]
        var tls = TLS.off
        var insecure = false
        var names: [String] = []
    }

    struct Visits: Sendable, Equatable {
        enum Durability: String, CaseIterable, Sendable { case standard, strict }
        enum WhenFull: String, CaseIterable, Sendable {
            case recordOrBlock = "record-or-block"
            case serveAndCount = "serve-and-count"
        }

        var durability = Durability.standard
        var whenFull = WhenFull.recordOrBlock
        /// Days; nil: for good.
        var keepRaw: Int? = 90
        var keepHourly: Int? = 730
        var keepDaily: Int?
        /// The reporting zone; nil: the policy's.
        var timezone: String?
    }

    struct Portal: Sendable, Equatable {
        var name = "weir.internal"
        var listen: [Endpoint] = []
    }

    struct Limits: Sendable, Equatable {
        /// True where the file says how many; the default is cut to what the descriptor limit allows.
        var connectionsGiven = false
        var connections = 18_000
        var connectionsPerClient = 256
        var headBytes = 65_536
        var headFields = 200
        var fieldBytes = 32_768
        var targetBytes = 16_384
        var headSeconds = 10
        var idleSeconds = 60
        var connectSeconds = 10
        var responseSeconds = 300
        var tunnelIdleSeconds = 3_600
    }

    struct Log: Sendable, Equatable {
        enum Format: String, CaseIterable, Sendable { case text, json }
        enum AccessFormat: String, CaseIterable, Sendable { case squid, json }

        struct Access: Sendable, Equatable {
            var path: String
            var format = AccessFormat.squid
        }

        var level = "info"
        var format = Format.text
        var access: Access?
    }
}

/// An address to listen on or to ask: an IP address and a port.
struct Endpoint: Sendable, Hashable, CustomStringConvertible {
    var host: String
    var port: Int

    /// Reads `127.0.0.1:8080` or `[::1]:8080`. Port 0 asks the system for a free one.
    init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else { return nil }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
            guard host.contains(":") else { return nil }
        } else if host.contains(":") {
            return nil
        }
        guard IPAddress(String(host)) != nil else { return nil }
        self.init(host: String(host), port: Int(port))
    }

    init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// As it is reached from this machine: loopback where every address is listened on.
    var reachable: Endpoint {
        switch host {
        case "0.0.0.0": Endpoint(host: "127.0.0.1", port: port)
        case "::": Endpoint(host: "::1", port: port)
        default: self
        }
    }

    var isLoopback: Bool { host == "::1" || host.hasPrefix("127.") }
}

extension Configuration.Proxy {
    /// What is to be said of a listener beyond loopback that everybody may use without a password (SECURITY.md S5), and what to do about it; nil
    /// where there is none.
    var openness: String? {
        guard authentication == .off, let all = allowClients.first(where: Self.isEverybody),
            let open = listen.first(where: { !$0.isLoopback })
        else { return nil }
        return """
            anybody who reaches \(open) may use this proxy: `proxy.allow-clients` holds \(all) and `proxy.authentication` is off; name those \
            who may (`allow-clients: [private, 203.0.113.0/24]`), or ask for a password (`authentication: basic`)
            """
    }

    /// `any`, or so many addresses that it is nobody's network: in IPv4 more than a /8, in IPv6 more than the local addresses' /7.
    private static func isEverybody(_ text: String) -> Bool {
        if text == "any" { return true }
        guard let prefix = IPPrefix(text) else { return false }
        return prefix.length < (prefix.isV4 ? 96 + 8 : 7)
    }
}
