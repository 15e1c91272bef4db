/// Makes Weir's own answers: block and warn pages, failures, refusals. Templates are put together once for every language; filling one takes
/// no I/O and no waiting, so it is done on the event loop.
///
/// Every page says `Cache-Control: no-store` and carries a content security policy without scripts and with nothing inline. A page shown in
/// place of another one (`http://shop.example/`) takes its style sheet from the portal's own name, which answers through the proxy whatever
/// the policy says; without it the page is plain and still complete.
public final class Pages: Sendable {
    /// By language, then by name.
    private let pages: [String: [String: [TemplatePiece]]]
    private let catalogues: [String: MessageCatalogue]
    private let languages: Set<String>
    let signer: any FormSigner
    /// The portal's name, in lower case.
    public let portal: String
    /// Where the style sheet is, on the portal: the name changes with the bytes, so it may be kept for good.
    let stylePath: String
    let style: [UInt8]
    let kept = KeptPages()

    /// - Parameter portal: `portal.name`.
    public init(templates: PageTemplates, portal: String, signer: any FormSigner) {
        self.portal = portal
        self.signer = signer
        style = templates.style
        stylePath = "/style-\(Self.fingerprint(templates.style)).css"
        catalogues = templates.catalogues
        languages = Set(templates.catalogues.keys)
        let constants = ["portal": "http://\(portal)", "style": "http://\(portal)\(stylePath)"]
        pages = templates.catalogues.mapValues { catalogue in
            templates.pages.mapValues { page in
                page.put(together: catalogue, constants.merging(["language": catalogue.language]) { first, _ in first })
            }
        }
    }

    /// The catalogue for a reader.
    func catalogue(_ hints: PageHints) -> MessageCatalogue {
        let language = AcceptLanguage.choose(hints.acceptLanguage, among: languages)
        // PageTemplates holds an English catalogue always.
        return catalogues[language] ?? catalogues["en"] ?? .empty
    }

    /// A whole page.
    /// - Parameter name: of a template.
    func page(_ name: String, _ values: PageValues, _ catalogue: MessageCatalogue) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(4096)
        pages[catalogue.language]?[name]?.render([values], catalogue, into: &output)
        return output
    }

    /// FNV-1a: tells versions of our own file apart, nothing more.
    private static func fingerprint(_ bytes: [UInt8]) -> String {
        String(bytes.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }, radix: 16)
    }
}

extension Pages {
    /// The fields of an answer in place of another site's page.
    /// - Parameter hasForms: whether it posts to the portal. The way back after the post is the page's own site, which browsers count as
    ///   part of the form's action.
    func fields(inPlace shape: PageShape, _ catalogue: MessageCatalogue, hasForms: Bool) -> [(name: String, value: String)] {
        let ancestors = shape == .page ? "'none'" : "*"
        let action = hasForms ? "'self' http://\(portal)" : "'none'"
        return Self.common(catalogue) + [
            (
                "Content-Security-Policy",
                "default-src 'none'; style-src http://\(portal); form-action \(action); frame-ancestors \(ancestors); base-uri 'none'"
            )
        ]
    }

    /// The fields of a page of the portal.
    func portalFields(_ catalogue: MessageCatalogue) -> [(name: String, value: String)] {
        Self.common(catalogue) + [
            (
                "Content-Security-Policy",
                "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
            ),
            ("Cross-Origin-Resource-Policy", "same-origin"),
        ]
    }

    static let noStore = (name: "Cache-Control", value: "no-store")
    static let noSniff = (name: "X-Content-Type-Options", value: "nosniff")

    private static func common(_ catalogue: MessageCatalogue) -> [(name: String, value: String)] {
        [
            noStore, noSniff, ("Referrer-Policy", "no-referrer"), ("Content-Language", catalogue.language),
            ("Vary", "Accept, Accept-Language, Sec-Fetch-Dest"),
        ]
    }
}
