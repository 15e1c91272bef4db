import PolicyCore
import ProxyProtocols
import Testing

@testable import ProxyServer

@Suite struct FailurePageTests {
    private let pages: Pages
    private let time = Instant(milliseconds: 1_788_000_000_000)

    init() throws { pages = try Pages(templates: PageFiles.templates(), portal: "weir.internal", signer: PlainSigner()) }

    private func html() -> PageHints {
        var hints = PageHints()
        hints.accept = "text/html"
        return hints
    }

    @Test(arguments: [
        (400, "bad-framing", "cannot be read"), (403, "not-a-client", "may not use this proxy"), (403, "egress-denied", "out of bounds"),
        (403, "port-not-allowed", "port is closed"), (408, "timeout", "took too long"), (414, "target-too-long", "too long"),
        (431, "head-too-large", "too large"), (501, "bad-method", "cannot do that"), (502, "proxy-loop", "in circles"),
        (505, "x", "did not work"),
        (451, "x", "was not taken"),
    ]) func refusals(status: UInt16, code: String, words: String) {
        let reply = pages.refused(Refusal(status: status, code: code, detail: "never shown"), html(), time: time)
        let text = String(decoding: reply.body, as: UTF8.self)
        #expect(reply.status == status)
        #expect(reply.code == code)
        #expect(reply.closes)
        #expect(text.contains(words), "\(text)")
        #expect(!text.contains("never shown"))
        #expect(Markup.problems(text) == [])
    }

    @Test func failuresNameTheSiteSafely() {
        let reply = pages.failed(
            status: 502, code: "dns-error", error: .dnsError, host: "<b>x.example", html(), closes: false, time: time)
        let text = String(decoding: reply.body, as: UTF8.self)
        #expect(text.contains("There is no such site") && text.contains("&lt;b&gt;x.example"))
        #expect(!reply.closes)
        #expect(Markup.problems(text) == [])
    }

    @Test func theRestOfThem() {
        let stopped = pages.recordingStopped(html(), time: time)
        #expect(stopped.status == 503)
        #expect(stopped.fields.contains { $0.name == "Retry-After" })
        #expect(String(decoding: stopped.body, as: UTF8.self).contains("Recording has stopped"))
        let credentials = pages.credentialsRequired(html(), closes: false, time: time)
        #expect(credentials.status == 407)
        #expect(credentials.fields.contains { $0.name == "Proxy-Authenticate" && $0.value.hasPrefix("Basic realm=") })
    }

    /// Every message a failure may want is there, and every page is in the reader's language.
    @Test func german() {
        var hints = html()
        hints.acceptLanguage = "de"
        let reply = pages.refused(Refusal(status: 400, code: "bad-request"), hints, time: time)
        #expect(String(decoding: reply.body, as: UTF8.self).contains("nicht zu lesen"))
        #expect(reply.fields.contains { $0.name == "Content-Language" && $0.value == "de" })
    }
}
