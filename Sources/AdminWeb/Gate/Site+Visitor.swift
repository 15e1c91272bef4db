import HTTPTypes
import Hummingbird
import PolicyStore

extension Site {
    /// Who a request's bearer token or session cookie says it comes from; nil where neither is there or good.
    func visitor(of request: Request) throws -> Visitor? {
        if let field = request.headers[.authorization] {
            let parts = field.split(separator: " ", maxSplits: 1)
            guard parts.count == 2, parts[0].lowercased() == "bearer", parts[1].utf8.count <= 200 else { return nil }
            guard let account = try policy.accounts.account(token: parts[1].trimmed) else { return nil }
            return Visitor(user: account.name, role: account.role, credential: .token)
        }
        guard let secret = Cookies.value(of: Cookies.sessionName(isTLS: configuration.tls != nil), in: request) else { return nil }
        guard let session = try policy.accounts.session(secret) else { return nil }
        return Visitor(user: session.account.name, role: session.account.role, credential: .session(secret))
    }
}
