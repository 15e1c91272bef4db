/// The answer to a TRACE (RFC 9110, 9.3.8).
public enum TraceEcho {
    /// The request's head as `message/http`, without what must not be shown to scripts: credentials and cookies.
    public static func body(_ head: RequestHead) -> [UInt8] {
        var output: [UInt8] = []
        output.append(contentsOf: head.bytes[head.methodRange.lowerBound..<head.targetRange.upperBound])
        ASCII.append(head.version == .v10 ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n", to: &output)
        for line in head.fields.lines {
            switch line.known {
            case .authorization, .proxyAuthorization, .cookie, .setCookie: continue
            default: output.append(contentsOf: head.bytes[line.line])
            }
        }
        ASCII.append("\r\n", to: &output)
        return output
    }
}
