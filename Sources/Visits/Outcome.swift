/// How a visit ended. The raw value is what programs read; `code` is what is stored.
public enum Outcome: String, Sendable, Codable, CaseIterable {
    case open
    case complete
    case clientAbort = "client-abort"
    case truncated
    case upstreamError = "upstream-error"
    case timeout
    case closedByPolicy = "closed-by-policy"
    case interrupted
    case rejected
}
