import PatternMatching
import ProxyProtocols
import Testing

@testable import ProxyServer

@Suite("What the configuration says before any rule")
struct RequestGateTests {
    private func head(_ text: String) throws -> RequestHead {
        var reader = RequestHeadReader()
        let bytes = Array(text.utf8)
        guard case .head(let head, _) = bytes.withUnsafeBytes({ reader.read($0) }) else { throw Fault("no head: \(text)") }
        return head
    }

    private func check(_ line: String, fields: String = "", isClient: Bool = true, change: (inout ProxyConfiguration) -> Void = { _ in })
        throws
        -> GateAnswer
    {
        var configuration = ProxyConfiguration()
        change(&configuration)
        let gate = RequestGate(configuration, instance: "weir-me")
        return gate.check(try head("\(line) HTTP/1.1\r\nHost: a.test\r\n\(fields)\r\n"), isClient: isClient)
    }

    @Test(
        "Ports: by default 443 for CONNECT, an upgrade on the others that HTTP may use",
        arguments: [
            ("GET http://a.test/", "pass"), ("GET http://a.test:25/", "port-not-allowed"), ("GET http://a.test:8080/", "pass"),
            ("GET http://a.test:1023/", "port-not-allowed"), ("GET http://a.test:65535/", "pass"), ("CONNECT a.test:443", "pass"),
            ("CONNECT a.test:22", "port-not-allowed"), ("CONNECT a.test:80", "upgrade"), ("CONNECT a.test:8443", "upgrade"),
            ("OPTIONS *", "here"), ("GET http://weir.internal/", "portal"), ("GET http://WEIR.internal./x", "portal"),
            ("GET http://weir.internal:8080/", "pass"), ("GET http://x.weir.internal/", "pass"),
        ])
    func ports(line: String, expected: String) throws {
        switch try check(line) {
        case .pass: #expect(expected == "pass")
        case .refuse(let refusal): #expect(refusal.code == expected)
        case .answerHere: #expect(expected == "here")
        case .portal: #expect(expected == "portal")
        case .upgradeOnly: #expect(expected == "upgrade")
        }
    }

    @Test("A stranger is refused before anything else is looked at; our own Via is a circle")
    func order() throws {
        guard case .refuse(let stranger) = try check("GET http://a.test:25/", fields: "Via: 1.1 weir-me\r\n", isClient: false) else {
            throw Fault("a stranger passed")
        }
        #expect(stranger.code == "not-a-client")
        #expect(stranger.status == 403)
        guard case .refuse(let circle) = try check("GET http://a.test/", fields: "Via: 1.0 fred, 1.1 weir-me\r\n") else {
            throw Fault("a circle passed")
        }
        #expect(circle.status == 502)
        #expect(try check("GET http://a.test/", fields: "Via: 1.1 weir-other\r\n") == .pass)
    }
}
