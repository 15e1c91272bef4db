import Hummingbird

/// Why a request got no answer of its own: a status and a sentence for a person, from the message catalogue.
struct AdminFailure: Error, Sendable {
    var status: HTTPResponse.Status
    /// A key of the catalogue.
    var message: String
    /// Plain text after it: what exactly was wrong. Shown escaped, never part of a header.
    var detail: String?
    /// Seconds, where trying again makes sense.
    var retryAfter: Int?

    init(_ status: HTTPResponse.Status, _ message: String, detail: String? = nil, retryAfter: Int? = nil) {
        self.status = status
        self.message = message
        self.detail = detail
        self.retryAfter = retryAfter
    }

    static let notFound = AdminFailure(.notFound, "error-not-found")
    static let forbidden = AdminFailure(.forbidden, "error-forbidden")
    static let signInFirst = AdminFailure(.unauthorized, "error-sign-in")
    static let expiredForm = AdminFailure(.forbidden, "error-form-expired")
    static let otherSite = AdminFailure(.forbidden, "error-other-site")
    static let otherHost = AdminFailure(.misdirectedRequest, "error-other-host")
    static let tooLarge = AdminFailure(.contentTooLarge, "error-too-large")

    /// A field is missing or makes no sense.
    static func bad(_ detail: String) -> AdminFailure { AdminFailure(.badRequest, "error-bad-request", detail: detail) }
}
