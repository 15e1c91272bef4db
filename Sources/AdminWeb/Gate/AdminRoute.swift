import Hummingbird

/// One thing the site does: where, for whom, and how.
struct AdminRoute: Sendable {
    typealias Handler = @Sendable (AdminRequest) async throws -> Response

    static let usualBody = 1 << 20
    /// A whole list as an upload.
    static let largestBody = 64 << 20

    let method: HTTPRequest.Method
    /// As Hummingbird's router reads it: `/reports/:name`.
    let path: String
    let need: Need
    /// Bytes of body read at most; more is 413.
    var bodyLimit: Int
    /// Set on routes of the JSON API: what the OpenAPI document says of them.
    var operation: Operation?
    let handle: Handler

    init(
        _ method: HTTPRequest.Method, _ path: String, _ need: Need, bodyLimit: Int = AdminRoute.usualBody, operation: Operation? = nil,
        handle: @escaping Handler
    ) {
        self.method = method
        self.path = path
        self.need = need
        self.bodyLimit = bodyLimit
        self.operation = operation
        self.handle = handle
    }

    static func get(_ path: String, _ need: Need, _ handle: @escaping Handler) -> AdminRoute {
        AdminRoute(.get, path, need, handle: handle)
    }

    static func post(_ path: String, _ need: Need, bodyLimit: Int = AdminRoute.usualBody, _ handle: @escaping Handler) -> AdminRoute {
        AdminRoute(.post, path, need, bodyLimit: bodyLimit, handle: handle)
    }

    var changes: Bool { method != .get && method != .head }
    var isAPI: Bool { path.hasPrefix("/api/") }
}
