import HTTPTypes
import Hummingbird

/// The two cookies there are: the session's, and the language chosen.
enum Cookies {
    /// The first value of a cookie (RFC 6265 §5.4); nil where it is missing or implausibly long.
    static func value(of name: String, in request: Request) -> String? {
        for field in request.headers[values: .cookie] {
            if let value = CookieField.value(of: name, in: field) { return value }
        }
        return nil
    }

    /// With TLS the browser itself guards the name: `__Host-` cookies are Secure, of this host alone and never set by another.
    static func sessionName(isTLS: Bool) -> String { isTLS ? "__Host-weir" : "weir" }

    /// `Set-Cookie` for a session; an empty secret takes it away.
    static func session(_ secret: String, isTLS: Bool) -> String {
        let life = secret.isEmpty ? "; Max-Age=0" : ""
        return "\(sessionName(isTLS: isTLS))=\(secret); Path=/; HttpOnly; SameSite=Strict\(isTLS ? "; Secure" : "")\(life)"
    }

    static func language(_ name: String, isTLS: Bool) -> String {
        "weir-language=\(name); Path=/; Max-Age=31536000; HttpOnly; SameSite=Strict\(isTLS ? "; Secure" : "")"
    }
}
