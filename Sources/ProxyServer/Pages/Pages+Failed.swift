public import PolicyCore
public import ProxyProtocols

extension Pages {
    /// The answer where Weir allowed a request and the answer did not come: 502, 503, 504 and the like.
    /// - Parameters:
    ///   - host: what was to be reached, shown; nil shows none.
    ///   - closes: whether the client's connection ends with it.
    public func failed(
        status: UInt16, code: String, error: ProxyError, host: String?, _ hints: PageHints, closes: Bool, time: Instant
    ) -> SelfMadeReply {
        let catalogue = catalogue(hints)
        let shape = PageShape(hints)
        let body = failureBody(status: status, code: code, host: host, shape, catalogue)
        return SelfMadeReply(
            status: status, code: code, error: error, closes: closes || hints.isTunnel, contentType: body.type, body: body.bytes,
            fields: fields(inPlace: shape, catalogue, hasForms: false), date: time.wholeSeconds)
    }

    /// The answer to what is not taken (SECURITY.md, `400C`): closes, and repeats nothing of the request.
    /// - Parameter hints: of the request where its head could be read.
    public func refused(_ refusal: Refusal, _ hints: PageHints = PageHints(), time: Instant) -> SelfMadeReply {
        failed(status: refusal.status, code: refusal.code, error: refusal.proxyError, host: nil, hints, closes: true, time: time)
    }

    /// The answer while nothing can be recorded (`when-full: record-or-block`).
    public func recordingStopped(_ hints: PageHints, time: Instant) -> SelfMadeReply {
        var reply = failed(
            status: 503, code: "recording-stopped", error: .internalError, host: nil, hints, closes: false, time: time)
        reply.fields.append(("Retry-After", "5"))
        return reply
    }

    /// The answer to missing or wrong credentials.
    public func credentialsRequired(_ hints: PageHints, closes: Bool, time: Instant) -> SelfMadeReply {
        var reply = failed(
            status: 407, code: "credentials-required", error: .requestDenied, host: nil, hints, closes: closes, time: time)
        reply.fields.append(("Proxy-Authenticate", "Basic realm=\"Weir\", charset=\"UTF-8\""))
        return reply
    }

    /// The answer to credentials that nobody looked at, because too many wrong ones came before or too many at once.
    public func credentialsNotChecked(_ hints: PageHints, seconds: Int, time: Instant) -> SelfMadeReply {
        var reply = failed(
            status: 429, code: "credentials-not-checked", error: .requestDenied, host: nil, hints, closes: true, time: time)
        reply.fields.append(("Retry-After", String(max(1, seconds))))
        return reply
    }

    private func failureBody(
        status: UInt16, code: String, host: String?, _ shape: PageShape, _ catalogue: MessageCatalogue
    ) -> (type: String, bytes: [UInt8]) {
        let key = Self.failureKey(status, code, catalogue)
        guard shape == .page || shape == .frame else {
            let line = "Weir: \(catalogue.text(key + ".title")). \(catalogue.text(key + ".text")) [\(code)]"
            return SmallBody.of(shape, line: line, fields: [("error", code), ("message", catalogue.text(key + ".text"))])
        }
        var values = PageValues(["title": key + ".title", "text": key + ".text", "code": code, "status": String(status)])
        values["host"] = host
        return ("text/html; charset=utf-8", page("failure", values, catalogue))
    }

    /// The message of the code itself, else of its status, else the general one.
    private static func failureKey(_ status: UInt16, _ code: String, _ catalogue: MessageCatalogue) -> String {
        for key in ["failure.\(code)", "failure.\(status)"] where catalogue.pieces(of: key + ".title") != nil { return key }
        return status >= 500 ? "failure.5xx" : "failure.4xx"
    }
}
