import HTTPTypes
import Hummingbird
import Logging
import PolicyStore
import Reporting
import VisitStore

extension Site {
    /// Outside of `/api/`, what programs ask for: one that follows redirects would take the page it ends on for the answer.
    private static let programPaths: Set<String> = ["/healthz", "/readyz", "/metrics"]

    /// What is told of an error: a page, or JSON for what programs ask. What the program itself got wrong is logged and not told.
    func failureReply(_ error: any Error, _ request: Request, _ context: AdminContext) -> Response {
        let failure = Self.failure(of: error)
        if failure.status == .internalServerError {
            dependencies.logger.error("admin site", metadata: ["path": "\(request.uri.path)", "error": "\(error)"])
        }
        if failure.status == .unauthorized, request.method == .get, !Self.wantsJSON(request) {
            return Reply.seeOther("/sign-in" + Form.query([("next", request.head.path == "/" ? nil : request.head.path)]))
        }
        var response = Self.wantsJSON(request) ? jsonReply(failure) : pageReply(failure, request)
        if let seconds = failure.retryAfter { response.headers[.retryAfter] = "\(seconds)" }
        if failure.status == .unauthorized { response.headers[.wwwAuthenticate] = "Bearer" }
        return response
    }

    static func wantsJSON(_ request: Request) -> Bool {
        request.uri.path.hasPrefix("/api/") || programPaths.contains(request.uri.path)
            || request.headers[.accept]?.hasPrefix("application/json") ?? false
    }

    private func jsonReply(_ failure: AdminFailure) -> Response {
        let english = catalogue["en"]?[failure.message] ?? failure.message
        let body = APIError(error: english, code: failure.message, detail: failure.detail)
        return (try? Reply.json(body, status: failure.status)) ?? Response(status: failure.status)
    }

    private func pageReply(_ failure: AdminFailure, _ request: Request) -> Response {
        let t = messages(for: request)
        var view: View = [
            "t": t, "lang": t.language, "title": t("error"), "css": files.address(of: "weir.css"), "js": files.address(of: "weir.js"),
            "icon": files.address(of: "icon.svg"), "heading": "\(failure.status.code) · \(t("error"))", "text": t[failure.message],
            "detail": failure.detail, "back": "/", "framed": false,
        ]
        guard let main = try? templates.render("error", view) else { return Response(status: failure.status) }
        view["main"] = main
        return (try? Reply.html(templates.render("layout", view), status: failure.status)) ?? Response(status: failure.status)
    }

    private static func failure(of error: any Error) -> AdminFailure {
        switch error {
        case let failure as AdminFailure: failure
        case let error as PolicyStoreError: error.failure
        case let error as ReportError: .bad("\(error)")
        case let error as VisitStoreError:
            if case .deadline = error {
                AdminFailure(.serviceUnavailable, "error-slow-query")
            } else {
                AdminFailure(.internalServerError, "error-own")
            }
        case let error as HTTPError: error.status == .notFound ? .notFound : AdminFailure(error.status, "error-bad-request")
        default: AdminFailure(.internalServerError, "error-own")
        }
    }
}

/// What a program is told of an error.
struct APIError: Encodable {
    var error: String
    var code: String
    var detail: String?
}

extension PolicyStoreError {
    var failure: AdminFailure {
        switch self {
        case .badPolicy: AdminFailure(.unprocessableContent, "error-bad-policy", detail: "\(self)")
        case .readOnly: AdminFailure(.conflict, "error-read-only")
        case .noSuchRevision, .noSuchGrant, .noSuchAsk, .noSuchList, .noSuchAccount: .notFound
        case .alreadyDecided: AdminFailure(.conflict, "error-already-decided")
        case .badValue(let message), .nothingToDo(let message): .bad(message)
        case .storage(let message): AdminFailure(.internalServerError, "error-storage", detail: message)
        }
    }
}
