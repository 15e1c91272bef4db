import HTTPTypes
import Hummingbird

extension HTTPField.Name {
    /// A name known to be a token; `x-weir` where it is none.
    private static func known(_ name: String) -> HTTPField.Name { HTTPField.Name(name) ?? .contentType }

    static let secFetchSite = known("Sec-Fetch-Site")
    static let hostField = known("Host")
    static let refresh = known("Refresh")
    static let formToken = known("X-Weir-Form")
    static let frameOptions = known("X-Frame-Options")
    static let referrerPolicy = known("Referrer-Policy")
    static let permissions = known("Permissions-Policy")
    static let openerPolicy = known("Cross-Origin-Opener-Policy")
    static let resourcePolicy = known("Cross-Origin-Resource-Policy")
}

extension Response {
    /// Nothing inline, nothing from elsewhere, no frame, no guessing of types, no caching unless the reply said so itself.
    static let contentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

    mutating func addSafetyFields(isTLS: Bool) {
        headers[.contentSecurityPolicy] = Self.contentSecurityPolicy
        headers[.xContentTypeOptions] = "nosniff"
        headers[.frameOptions] = "DENY"
        // `no-referrer` would make browsers say `Origin: null` with our own forms, and the gate refuse them.
        headers[.referrerPolicy] = "same-origin"
        headers[.permissions] = "camera=(), geolocation=(), microphone=()"
        headers[.openerPolicy] = "same-origin"
        headers[.resourcePolicy] = "same-origin"
        if headers[.cacheControl] == nil { headers[.cacheControl] = "no-store" }
        if isTLS { headers[.strictTransportSecurity] = "max-age=31536000" }
    }
}
