import HTTPTypes
import Hummingbird

/// The two cookies there are: the session's, and the language chosen.
enum Cookies {
    /// The first value of a cookie (RFC 6265 §5.4); nil where it is missing or implausibly long.
    static func value(of name: String, in request: Request) -> String? {
        for field in request.headers[values: .cookie] {
            for pair in field.split(separator: ";") {
                let parts = pair.trimmed.split(separator: "=", maxSplits: 1)
                if parts.count == 2, parts[0] == name, parts[1].utf8.count <= 200 { return String(parts[1]) }
            }
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
