import Testing

@testable import weir

struct ConfigurationReaderTests {
    private func problems(_ text: String) -> [String] {
        do {
            _ = try ConfigurationReader.read(text, file: "weir.yaml")
            return []
        } catch let error as ConfigurationProblems {
            return error.problems.map(\.description)
        } catch {
            return ["\(error)"]
        }
    }

    @Test(arguments: ["", "\n", "# nothing\n", "{}", "proxy:\nlimits: {}\n"])
    func everythingHasADefault(text: String) throws {
        #expect(try ConfigurationReader.read(text, file: "f") == Configuration())
    }

    @Test func everyKeyIsRead() throws {
        let text = """
            data: /var/lib/weir
            policy: /etc/weir/policy.yaml
            proxy:
              listen: "127.0.0.1:3128"
              allow-clients: [any, 10.0.0.0/8]
              connect-ports: [443, "8000-8999"]
              http-ports: 80
              authentication: basic
              trusted-peers: [192.0.2.1]
              event-loops: 2
              via: off
              forwarded-for: on
            egress: { deny: [metadata], allow: ["127.0.0.0/8", "::1"] }
            names: { servers: ["192.0.2.53:53"], hosts: { "*.test": 127.0.0.1, intranet.example: 10.0.0.5, "*": "::1" } }
            admin: { listen: ["0.0.0.0:8080"], tls: self-signed, names: [weir.example] }
            visits: { durability: strict, when-full: serve-and-count, keep: { raw: 4w, hourly: 1y, daily: forever }, timezone: Europe/Paris }
            portal: { name: Proxy.Internal., listen: ["0.0.0.0:80"] }
            limits: { connections: 100, connections-per-client: 5, head-bytes: 2048, head-fields: 10, field-bytes: 512, target-bytes: 300,
                      head-seconds: 1, idle-seconds: 2, connect-seconds: 3, response-seconds: 4, tunnel-idle-seconds: 5 }
            log: { level: debug, format: json, access-log: { path: access.log, format: json } }
            """
        let read = try ConfigurationReader.read(text, file: "f")
        #expect(read.data == "/var/lib/weir" && read.policy == "/etc/weir/policy.yaml")
        #expect(read.proxy.listen == [Endpoint(host: "127.0.0.1", port: 3128)])
        #expect(read.proxy.connectPorts == [443...443, 8000...8999] && read.proxy.httpPorts == [80...80])
        #expect(read.proxy.authentication == .basic && read.proxy.via == false && read.proxy.forwardedFor == .on)
        #expect(read.names.hosts.count == 3 && read.egress.allow.count == 2)
        #expect(read.admin.tls == .selfSigned && read.admin.names == ["weir.example"])
        #expect(read.portal.name == "proxy.internal")
        #expect(read.visits.durability == .strict && read.visits.keepRaw == 28 && read.visits.keepDaily == nil)
        #expect(read.limits.connectionsGiven && read.limits.tunnelIdleSeconds == 5)
        #expect(read.log == .init(level: "debug", format: .json, access: .init(path: "access.log", format: .json)))
    }

    @Test(arguments: [
        ("nonsense: 1", "weir.yaml:1:1: unknown key `nonsense`"),
        ("proxy:\n  lisen: []", "weir.yaml:2:3: unknown key `proxy.lisen`; did you mean `listen`?"),
        ("proxy: { event-loops: many }", "weir.yaml:1:23: `proxy.event-loops` must be a whole number from 0 to 256"),
        ("limits: { head-bytes: -1 }", "weir.yaml:1:23: `limits.head-bytes` must be a whole number from 256 to 1048576"),
        ("proxy: { via: perhaps }", "weir.yaml:1:15: `proxy.via` must be on or off"),
        (
            "proxy: { listen: [\"localhost:1\"] }",
            "weir.yaml:1:19: `proxy.listen`: \"localhost:1\" is not an address and port such as 127.0.0.1:3128 or [::1]:3128"
        ),
        ("proxy: { connect-ports: [0] }", "weir.yaml:1:26: `proxy.connect-ports`: \"0\" is not a port or a range such as \"1024-65535\""),
        (
            "proxy: { connect-ports: [\"9-8\"] }",
            "weir.yaml:1:26: `proxy.connect-ports`: \"9-8\" is not a port or a range such as \"1024-65535\""
        ),
        ("proxy: { authentication: digest }", "weir.yaml:1:26: `proxy.authentication` must be one of off, basic"),
        (
            "egress: { deny: [everything] }",
            "weir.yaml:1:18: `egress.deny`: \"everything\" is not one of private, link-local, multicast, reserved, metadata"
        ),
        ("names: { hosts: { a.test: nowhere } }", "weir.yaml:1:27: `names.hosts`: the name \"a.test\" needs an IP address"),
        (
            "names: { hosts: { a.*.test: 127.0.0.1 } }",
            "weir.yaml:1:29: `names.hosts`: \"a.*.test\" is not a host name, `*.` and a name, or `*`"
        ),
        ("visits: { keep: { raw: 0d } }", "weir.yaml:1:24: `visits.keep.raw` must be a time such as 90d, 12w or 2y, or forever"),
        (
            "admin: { listen: [\"0.0.0.0:8080\"] }",
            "weir.yaml:1:18: `admin.listen`: 0.0.0.0:8080 is not a loopback address: set `admin.tls`, or `insecure: on` to do without"
        ),
        ("proxy: 3128", "weir.yaml:1:8: `proxy` must hold keys and values"),
    ])
    func aWrongValueIsRefusedAtItsPlace(text: String, problem: String) {
        #expect(problems(text) == [problem])
    }

    @Test func allProblemsAtOnceInOrder() {
        let found = problems("proxy:\n  lisen: []\n  via: x\nlimits: { connections: 1 }\nx: 1\n")
        #expect(found.map { $0.split(separator: ":")[1] } == ["2", "3", "4", "5"])
    }

    @Test(arguments: [
        "a: [", "a: 1\na: 2", "\tx: 1", "&a [*a]", "- 1", "proxy: [1]", "? [a]\n: b", "names: { hosts: { \"\": 1 } }", "data: [x]",
    ])
    func brokenTextIsAnErrorWithAPlace(text: String) {
        let found = problems(text)
        #expect(!found.isEmpty)
        #expect(found.allSatisfy { $0.hasPrefix("weir.yaml:") })
    }
}
