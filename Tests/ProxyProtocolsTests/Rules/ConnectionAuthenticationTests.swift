import Testing

@testable import ProxyProtocols

/// Which requests and replies make a connection one user's (RFC 4559).
@Suite struct ConnectionAuthenticationTests {
    @Test(arguments: [
        ("NTLM TlRMTVNTUAABAAA=", true), ("ntlm", true), ("Negotiate YII=", true), ("NEGOTIATE\tx", true), ("  NTLM x  ", true),
        ("Basic eDp5", false), ("Bearer NTLM", false), ("NTLMx y", false), ("Digest a=b, NTLM", false), ("", false),
    ])
    func credentials(value: String, pins: Bool) {
        var reader = RequestHeadReader()
        let bytes = latin("GET http://a.test/ HTTP/1.1\r\nHost: a.test\r\nAuthorization: \(value)\r\n\r\n")
        guard case .head(let head, _) = bytes.withUnsafeBytes({ reader.read($0) }) else {
            Issue.record("not taken")
            return
        }
        #expect(head.authenticatesConnection == pins)
    }

    @Test(arguments: [
        ("WWW-Authenticate: NTLM", true), ("www-authenticate: Negotiate TlRM", true),
        ("WWW-Authenticate: Basic realm=\"x\", negotiate", true),
        ("WWW-Authenticate: Basic realm=x\r\nWWW-Authenticate: NTLM", true), ("Persistent-Auth: true", true),
        ("WWW-Authenticate: Basic realm=\"NTLM\"", false), ("WWW-Authenticate: Digest nonce=x, NTLMish", false), ("X-A: NTLM", false),
    ])
    func challenges(field: String, pins: Bool) {
        var reader = ResponseHeadReader(context: ResponseContext())
        let bytes = latin("HTTP/1.1 401 Unauthorized\r\n\(field)\r\nContent-Length: 0\r\n\r\n")
        guard case .head(let head, _) = bytes.withUnsafeBytes({ reader.read($0) }) else {
            Issue.record("not taken")
            return
        }
        #expect(head.authenticatesConnection == pins)
        var output: [UInt8] = []
        let plan = ResponsePlan(head, context: ResponseContext(), keepAlive: true)
        ResponseForwarder.head(head, plan: plan, options: ForwardingOptions(), into: &output)
        #expect(latinText(output).contains("\r\nProxy-Support: Session-Based-Authentication\r\n") == pins)
    }
}
