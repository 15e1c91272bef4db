import PatternMatching
import Yams

/// `weir.yaml`'s text to values; all problems at once, each with its line and column.
enum ConfigurationReader {
    /// - Parameter warn: hears of what is allowed and dangerous.
    /// - Throws: `ConfigurationProblems`.
    static func read(_ text: String, file: String, warn: @escaping (ConfigurationProblem) -> Void = { _ in }) throws -> Configuration {
        var problems: [ConfigurationProblem] = []
        let configuration: Configuration
        do {
            let root = try Yams.compose(yaml: text)
            configuration = read(root, file: file, warn: warn) { problems.append($0) }
        } catch let error as YamlError {
            throw ConfigurationProblems(problems: [problem(error, file: file)])
        }
        guard problems.isEmpty else {
            problems.sort { ($0.line, $0.column) < ($1.line, $1.column) }
            throw ConfigurationProblems(problems: problems)
        }
        return configuration
    }

    private static func problem(_ error: YamlError, file: String) -> ConfigurationProblem {
        var mark: Mark?
        var message = "\(error)"
        switch error {
        case .scanner(_, let what, let place, _), .parser(_, let what, let place, _), .composer(_, let what, let place, _):
            mark = place
            message = what
        case .duplicatedKeysInMapping(let keys, let context):
            mark = context.mark
            message = "key written twice: \(keys.sorted().joined(separator: ", "))"
        default: break
        }
        return ConfigurationProblem(file: file, line: mark?.line ?? 1, column: mark?.column ?? 1, message: message)
    }

    private static func read(
        _ root: Node?, file: String, warn: (ConfigurationProblem) -> Void, report: @escaping (ConfigurationProblem) -> Void
    ) -> Configuration {
        var configuration = Configuration()
        let top = ConfigurationSection(root, path: "", file: file, report: report)
        top.text("data", &configuration.data)
        top.text("policy", &configuration.policy)
        let proxy = top.section("proxy")
        readProxy(proxy, &configuration.proxy)
        if let openness = configuration.proxy.openness { warn(proxy.remark(proxy.node("allow-clients"), openness)) }
        readEgress(top.section("egress"), &configuration.egress)
        readNames(top.section("names"), &configuration.names)
        readAdmin(top.section("admin"), &configuration.admin)
        readVisits(top.section("visits"), &configuration.visits)
        let portal = top.section("portal")
        portal.text("name", &configuration.portal.name)
        if case .name(let name)? = HostName.canonical(configuration.portal.name.utf8) {
            configuration.portal.name = name
        } else {
            portal.problem(portal.node("name"), "`portal.name` must be a host name")
        }
        portal.list("listen", what: Self.endpoint, &configuration.portal.listen, Endpoint.init)
        portal.finish()
        readLimits(top.section("limits"), &configuration.limits)
        readLog(top.section("log"), &configuration.log)
        top.finish()
        return configuration
    }

    private static let endpoint = "an address and port such as 127.0.0.1:3128 or [::1]:3128"
    private static let clients = "an address, a prefix such as 10.0.0.0/8, `private` or `any`"

    private static func readProxy(_ section: ConfigurationSection, _ proxy: inout Configuration.Proxy) {
        section.list("listen", what: endpoint, &proxy.listen, Endpoint.init)
        section.list("allow-clients", what: clients, &proxy.allowClients) { text in
            text == "private" || text == "any" || IPPrefix(text) != nil ? text : nil
        }
        section.list("connect-ports", what: "a port or a range such as \"1024-65535\"", &proxy.connectPorts, ports)
        section.list("http-ports", what: "a port or a range such as \"1024-65535\"", &proxy.httpPorts, ports)
        section.choice("authentication", &proxy.authentication)
        section.list("trusted-peers", what: "an address, a prefix or `private`", &proxy.trustedPeers) { text in
            text == "private" || IPPrefix(text) != nil ? text : nil
        }
        section.number("event-loops", 0...256, &proxy.eventLoops)
        section.flag("via", &proxy.via)
        section.flag("trace", &proxy.trace)
        section.choice("forwarded-for", &proxy.forwardedFor)
        section.finish()
    }

    /// `443` or `1024-65535`; port 0 is none.
    static func ports(_ text: String) -> ClosedRange<UInt16>? {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map {
            UInt16($0.trimmingPrefix { $0 == " " })
        }
        guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1], first > 0, first <= last else {
            return nil
        }
        return first...last
    }

    private static func readEgress(_ section: ConfigurationSection, _ egress: inout Configuration.Egress) {
        let classes = Configuration.Egress.classes
        section.list("deny", what: "one of \(classes.joined(separator: ", "))", &egress.deny) { classes.contains($0) ? $0 : nil }
        section.list("allow", what: "an address or a prefix such as 10.0.0.0/8", &egress.allow) { IPPrefix($0) }
        section.finish()
    }

    private static func readNames(_ section: ConfigurationSection, _ names: inout Configuration.Names) {
        section.list("servers", what: "an address and port such as 192.0.2.1:53", &names.servers) { text in
            Endpoint(text) ?? IPAddress(text).map { _ in Endpoint(host: text, port: 53) }
        }
        let hosts = section.section("hosts")
        for (name, node) in hosts.entries() {
            guard let address = node.scalar.flatMap({ IPAddress($0.string) }) else {
                hosts.problem(node, "`names.hosts`: the name \"\(name)\" needs an IP address")
                continue
            }
            let plain = name == "*" ? "" : name.hasPrefix("*.") ? String(name.dropFirst(2)) : name
            if name != "*", HostName.canonical(plain.utf8) == nil || plain.contains("*") {
                hosts.problem(node, "`names.hosts`: \"\(name)\" is not a host name, `*.` and a name, or `*`")
            }
            names.hosts[name.lowercased()] = address
        }
        hosts.finish()
        section.finish()
    }

    private static func readAdmin(_ section: ConfigurationSection, _ admin: inout Configuration.Admin) {
        section.list("listen", what: endpoint, &admin.listen, Endpoint.init)
        if let node = section.node("tls") {
            if node.mapping != nil {
                let files = section.section("tls")
                var certificate = ""
                var key = ""
                files.text("certificate", &certificate)
                files.text("key", &key)
                files.finish()
                if certificate.isEmpty || key.isEmpty { section.problem(node, "`admin.tls` needs `certificate` and `key`") }
                admin.tls = .files(certificate: certificate, key: key)
            } else {
                switch node.scalar?.string {
                case "off", "false", "no": admin.tls = .off
                case "self-signed": admin.tls = .selfSigned
                default: section.problem(node, "`admin.tls` must be off, self-signed or { certificate: FILE, key: FILE }")
                }
            }
        }
        section.flag("insecure", &admin.insecure)
        section.list("names", what: "a host name", &admin.names) { HostName.canonical($0.utf8) == nil ? nil : $0.lowercased() }
        section.finish()
        if admin.tls == .off, !admin.insecure, let open = admin.listen.first(where: { !$0.isLoopback }) {
            section.problem(
                section.node("listen"),
                "`admin.listen`: \(open) is not a loopback address: set `admin.tls`, or `insecure: on` to do without")
        }
    }

    private static func readVisits(_ section: ConfigurationSection, _ visits: inout Configuration.Visits) {
        section.choice("durability", &visits.durability)
        section.choice("when-full", &visits.whenFull)
        let keep = section.section("keep")
        readDays(keep, "raw", &visits.keepRaw)
        readDays(keep, "hourly", &visits.keepHourly)
        readDays(keep, "daily", &visits.keepDaily)
        keep.finish()
        section.text("timezone", &visits.timezone)
        section.finish()
    }

    /// `90d`, `12w`, `2y` or `forever`.
    private static func readDays(_ section: ConfigurationSection, _ key: String, _ days: inout Int?) {
        guard let node = section.node(key) else { return }
        let text = node.scalar?.string ?? ""
        if text == "forever" {
            days = nil
        } else if let unit = ["d": 1, "w": 7, "y": 365][String(text.suffix(1))], let count = Int(text.dropLast()),
            (1...36_500).contains(count)
        {
            days = count * unit
        } else {
            section.problem(node, "`visits.keep.\(key)` must be a time such as 90d, 12w or 2y, or forever")
        }
    }

    private static func readLimits(_ section: ConfigurationSection, _ limits: inout Configuration.Limits) {
        limits.connectionsGiven = section.node("connections") != nil
        section.number("connections", 2...1_000_000, &limits.connections)
        section.number("connections-per-client", 1...1_000_000, &limits.connectionsPerClient)
        section.number("head-bytes", 256...1_048_576, &limits.headBytes)
        section.number("head-fields", 1...10_000, &limits.headFields)
        section.number("field-bytes", 64...1_048_576, &limits.fieldBytes)
        section.number("target-bytes", 64...1_048_576, &limits.targetBytes)
        section.number("head-seconds", 1...3_600, &limits.headSeconds)
        section.number("idle-seconds", 1...86_400, &limits.idleSeconds)
        section.number("connect-seconds", 1...3_600, &limits.connectSeconds)
        section.number("response-seconds", 1...86_400, &limits.responseSeconds)
        section.number("tunnel-idle-seconds", 1...604_800, &limits.tunnelIdleSeconds)
        section.finish()
    }

    private static func readLog(_ section: ConfigurationSection, _ log: inout Configuration.Log) {
        section.list("level", what: "one of \(levels.joined(separator: ", "))", &log.levels) { levels.contains($0) ? $0 : nil }
        section.choice("format", &log.format)
        if let node = section.node("access-log") {
            let access = section.section("access-log")
            var path = ""
            var format = Configuration.Log.AccessFormat.squid
            access.text("path", &path)
            access.choice("format", &format)
            access.finish()
            if path.isEmpty { access.problem(node, "`log.access-log` needs `path`") }
            log.access = Configuration.Log.Access(path: path, format: format)
        }
        section.finish()
    }

    private static let levels = ["trace", "debug", "info", "notice", "warning", "error", "critical"]
}

extension Configuration.Log {
    /// `level` as the list of one that the reader fills.
    fileprivate var levels: [String] {
        get { [level] }
        set { level = newValue.last ?? level }
    }
}
