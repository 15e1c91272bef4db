import PatternMatching
import PolicyCore
import ProxyProtocols

extension Portal {
    /// Takes an Ask or a Continue. The token says what it is about and whose it is; nothing else in the form is believed.
    func take(_ request: PortalRequest, _ snapshot: PolicySnapshot) -> SelfMadeReply {
        guard request.contentType?.lowercased().hasPrefix("application/x-www-form-urlencoded") == true else {
            return notice(415, "not-a-form", request)
        }
        let form = FormFields(request.body)
        guard let signed = form["token"], let bytes = pages.signer.verify(signed), let token = FormToken(bytes) else {
            return notice(403, "bad-form", request)
        }
        guard token.action == (request.path == "/ask" ? .ask : .proceed) else { return notice(403, "bad-form", request) }
        guard token.client == request.identity.client else { return notice(403, "other-device", request) }
        guard request.time < token.expires else { return notice(403, "too-old", request) }
        return token.action == .ask ? ask(token, form["note"] ?? "", request) : proceed(token, request, snapshot)
    }

    private func ask(_ token: FormToken, _ note: String, _ request: PortalRequest) -> SelfMadeReply {
        switch askLimit.take(client: token.client, subject: token.rule + " " + token.site, at: request.time) {
        case .tooMany: return notice(429, "too-many", request)
        case .alreadyAsked: return see("/?said=already", request)
        case .take: break
        }
        asks.ask(
            AccessAsk(
                client: token.client, group: request.identity.group, user: request.user, url: token.url,
                host: Self.url(token)?.host ?? token.site, site: token.site, rule: token.rule, category: token.category,
                note: String(note.prefix(500)), time: request.time))
        return see("/?said=asked", request)
    }

    /// Continue holds for what is a warning now and was one of the same rule when the page was made.
    private func proceed(_ token: FormToken, _ request: PortalRequest, _ snapshot: PolicySnapshot) -> SelfMadeReply {
        guard let url = Self.url(token) else { return notice(403, "bad-form", request) }
        let asked = Asked(url: url, method: token.method)
        switch snapshot.decide(asked, by: request.identity, at: request.time, state: ledger) {
        case .warn(let ground, let minutes) where ground.rule == token.rule:
            ledger.continueWarned(
                client: token.client, rule: token.rule, site: token.site,
                until: Instant(milliseconds: request.time.milliseconds &+ Int64(minutes) &* 60_000))
        case .allow: break
        case .warn, .block: return notice(403, "changed", request)
        }
        // A tunnel's page is not known, and a form of the portal leads back to the portal.
        return token.isInPlace && url.scheme == "http" ? see(url.text, request) : see("/?said=continued", request)
    }

    private static func url(_ token: FormToken) -> RequestURL? {
        guard let url = try? RequestURL(token.url.utf8) else { return nil }
        return token.method == "CONNECT"
            ? try? RequestURL(connect: "\(url.isBracketed ? "[\(url.host)]" : url.host):\(url.port)".utf8) : url
    }
}

extension RequestURL {
    var isBracketed: Bool { host.utf8.contains(UInt8(ascii: ":")) }
}
