import HTTPTypes
import Hummingbird
import NIOCore
import PolicyCore

/// Every request passes here, and only here: who asks, whether they may, whether the request is this site's own, how much it may send.
/// What comes back is never cached, framed, or able to run anything that is not a file of this program.
struct Gate: Sendable {
    let site: Site

    /// A router with every route behind this gate.
    func router(_ routes: [AdminRoute]) -> Router<AdminContext> {
        let router = Router(context: AdminContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: GateMiddleware(gate: self))
        for route in routes {
            router.on(RouterPath(route.path), method: route.method) { request, context in try await pass(route, request, context) }
        }
        return router
    }

    /// Runs `make`, turns what it throws into a page or JSON, and adds the fields every reply carries.
    func answer(_ request: Request, _ context: AdminContext, _ make: () async throws -> Response) async -> Response {
        var response: Response
        do {
            guard site.hosts.accepts(request.head.authority ?? request.headers[HTTPField.Name.hostField], local: context.local) else {
                throw AdminFailure.otherHost
            }
            response = try await make()
        } catch {
            response = site.failureReply(error, request, context)
        }
        response.addSafetyFields(isTLS: site.configuration.tls != nil)
        return response
    }

    private func pass(_ route: AdminRoute, _ request: Request, _ context: AdminContext) async throws -> Response {
        let visitor = try site.visitor(of: request)
        guard route.need.isMet(by: visitor?.role, fromLoopback: context.isLoopback) else {
            throw visitor == nil ? AdminFailure.signInFirst : AdminFailure.forbidden
        }
        if route.changes { try Self.checkSite(request, isTLS: site.configuration.tls != nil) }
        let body = try await Self.body(of: request, limit: route.changes ? route.bodyLimit : 0)
        let made = try adminRequest(request, context, route, visitor: visitor, body: body)
        // Forms for whoever is not signed in carry no token: where they come from has been looked at.
        if route.changes, route.need != .nothing { try Self.checkFormToken(made) }
        return try await route.handle(made)
    }

    private func adminRequest(
        _ request: Request, _ context: AdminContext, _ route: AdminRoute, visitor: Visitor?, body: [UInt8]
    ) throws -> AdminRequest {
        var form = Form()
        var files: [Multipart.File] = []
        let type = request.headers[.contentType] ?? ""
        if type.lowercased().hasPrefix("multipart/form-data") {
            guard let parts = Multipart(body, contentType: type) else { throw AdminFailure.bad("multipart/form-data") }
            form = parts.form
            files = parts.files
        } else if type.lowercased().hasPrefix("application/x-www-form-urlencoded") {
            form = Form(body)
        }
        return AdminRequest(
            site: site, head: request.head, path: request.uri.path, parameters: context.parameters, query: Form(query: request.uri.query),
            form: form, files: files, body: body, jsonFields: Set(route.operation?.body.map(\.name) ?? []), visitor: visitor,
            peer: context.peer, t: site.messages(for: request),
            now: site.dependencies.clock())
    }

    private static func body(of request: Request, limit: Int) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        for try await buffer in request.body {
            guard bytes.count + buffer.readableBytes <= limit else { throw AdminFailure.tooLarge }
            bytes += buffer.readableBytesView
        }
        return bytes
    }

    /// Browsers say where a request comes from; one made by another site's page changes nothing here (OWASP ASVS 3.5).
    static func checkSite(_ request: Request, isTLS: Bool) throws {
        if let from = request.headers[HTTPField.Name.secFetchSite] {
            guard from == "same-origin" || from == "none" else { throw AdminFailure.otherSite }
            // The browser itself says so, whatever a TLS front end made of the scheme.
            if from == "same-origin" { return }
        }
        guard let origin = request.headers[.origin] else { return }
        let own = "\(isTLS ? "https" : "http")://\(request.head.authority ?? "")"
        guard origin.lowercased() == own.lowercased() else { throw AdminFailure.otherSite }
    }

    /// A change made with a session cookie carries the session's form token, in the form or in a field only a script of this site can set.
    private static func checkFormToken(_ request: AdminRequest) throws {
        guard case .session(let session)? = request.visitor?.credential else { return }
        let given = request.form["csrf"] ?? request.head.headerFields[HTTPField.Name.formToken] ?? ""
        guard FormToken(session: session).matches(given) else { throw AdminFailure.expiredForm }
    }
}
