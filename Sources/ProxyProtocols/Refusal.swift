/// Why something off the wire is not taken: the status to answer with and a stable reason code for the record.
///
/// For a request this is the `400C` pattern of SECURITY.md: answer with `Connection: close`, parse nothing more, send nothing upstream. For a
/// response (`status` 502) it is `502U`: upstream closed, its reply discarded.
public struct Refusal: Error, Sendable, Hashable {
    /// 400…599.
    public var status: UInt16
    /// `bad-framing`, `bad-request`, … as `reason` of the visit.
    public var code: String
    /// What exactly was wrong, in a few words of ours: nothing of the request stands in it.
    public var detail: String

    public init(status: UInt16, code: String, detail: String = "") {
        self.status = status
        self.code = code
        self.detail = detail
    }
}

extension Refusal {
    static func badRequest(_ detail: String) -> Refusal { Refusal(status: 400, code: "bad-request", detail: detail) }
    static func badFraming(_ detail: String) -> Refusal { Refusal(status: 400, code: "bad-framing", detail: detail) }
    static func badTarget(_ detail: String) -> Refusal { Refusal(status: 400, code: "bad-target", detail: detail) }
    static func badHost(_ detail: String) -> Refusal { Refusal(status: 400, code: "bad-host", detail: detail) }
    static func badMethod(_ detail: String) -> Refusal { Refusal(status: 501, code: "bad-method", detail: detail) }
    static func badResponse(_ detail: String) -> Refusal { Refusal(status: 502, code: "bad-response", detail: detail) }
    static let targetTooLong = Refusal(status: 414, code: "target-too-long", detail: "the target is over its limit")
    static let headTooLarge = Refusal(status: 431, code: "head-too-large", detail: "the head is over a limit")
    static let responseHeadTooLarge = Refusal(status: 502, code: "response-head-too-large", detail: "the response head is over a limit")

    /// A client that took too long for its head or body.
    public static let timeout = Refusal(status: 408, code: "timeout", detail: "the request did not arrive in time")
    /// TRACE, which is off.
    public static let methodNotAllowed = Refusal(status: 405, code: "method-not-allowed", detail: "TRACE is off")
    /// Our own instance stands in Via.
    public static let loop = Refusal(status: 502, code: "proxy-loop", detail: "this request has been here before")
}
