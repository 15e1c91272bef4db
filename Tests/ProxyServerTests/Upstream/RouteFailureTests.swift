import NIOCore
import PatternMatching
import ProxyProtocols
import Testing

@testable import ProxyServer

@Suite("What a client is told where there is no way to a destination")
struct RouteFailureTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let failure: RouteFailure
        let status: UInt16
        let code: String
        let error: String

        init(_ failure: RouteFailure, _ status: UInt16, _ code: String, _ error: String) {
            self.failure = failure
            self.status = status
            self.code = code
            self.error = error
        }

        var testDescription: String { "\(failure)" }
    }

    static let rows = [
        Row(.name(.timeout), 504, "dns-timeout", "dns_timeout"), Row(.name(.notFound), 502, "dns-error", "dns_error"),
        Row(.name(.noAddress), 502, "dns-error", "dns_error"), Row(.name(.serverFailure), 502, "dns-error", "dns_error"),
        Row(.name(.badName), 502, "dns-error", "dns_error"), Row(.name(.overloaded), 503, "dns-overloaded", "proxy_internal_error"),
        Row(.name(.stopped), 503, "dns-overloaded", "proxy_internal_error"),
        Row(.substitute("safe.test", .notFound), 502, "safe-search-unresolved", "dns_error"),
        Row(.forbidden(Refusal(status: 403, code: "egress-denied")), 403, "egress-denied", "destination_ip_prohibited"),
        Row(.connect(IOError(errnoCode: 111, reason: "connect")), 502, "connect-failed", "connection_refused"),
        Row(.connect(IOError(errnoCode: 24, reason: "socket")), 503, "connection-limit", "connection_limit_reached"),
        Row(.connect(SocketLimitReached()), 503, "connection-limit", "connection_limit_reached"),
        Row(.timeout, 504, "connect-timeout", "connection_timeout"),
    ]

    @Test("Status, code and Proxy-Status", arguments: rows)
    func told(row: Row) throws {
        let told = row.failure.told
        #expect((told.status, told.code, told.error.rawValue) == (row.status, row.code, row.error))
        let reply = try Self.pages().failed(
            status: told.status, code: told.code, error: told.error, host: nil, PageHints(), closes: false, time: PageFixture.afternoon)
        #expect(Self.rendered(reply).contains("\r\nProxy-Status: weir; error=\(row.error); details=\"\(row.code)\"\r\n"))
    }

    @Test("Before there is a policy nothing is let through, and the answer says that it is ours")
    func noPolicy() throws {
        let reply = try Self.pages().refused(Refusal(status: 503, code: "no-policy"), time: PageFixture.afternoon)
        #expect(Self.rendered(reply).contains("\r\nProxy-Status: weir; error=proxy_internal_error; details=\"no-policy\"\r\n"))
    }

    private static func pages() throws -> Pages {
        try Pages(templates: PageFiles.templates(), portal: "weir.internal", signer: PlainSigner())
    }

    private static func rendered(_ reply: SelfMadeReply) -> String {
        var bytes: [UInt8] = []
        reply.render(into: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}
