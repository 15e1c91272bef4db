/// How a response goes on to the client.
public struct ResponsePlan: Sendable, Hashable {
    /// How the client finds the body's end.
    public var framing: BodyFraming
    /// What to make of a chunked body from the origin.
    public var output: BodyOutput
    /// Whether trailers pass.
    public var keepsTrailers: Bool
    /// Whether the client's connection is kept once the body has been sent.
    public var keepAlive: Bool

    public init(framing: BodyFraming, output: BodyOutput = .chunked, keepsTrailers: Bool = false, keepAlive: Bool) {
        self.framing = framing
        self.output = output
        self.keepsTrailers = keepsTrailers
        self.keepAlive = keepAlive
    }

    /// How this response goes to that client: a chunked body passes as it is to HTTP/1.1 and unframed to 1.0; what ends with the origin's
    /// connection ends with the client's.
    /// - Parameter keepAlive: whether the client's connection can be kept as far as the request and the server's state go.
    public init(_ head: ResponseHead, context: ResponseContext, keepAlive: Bool) {
        let keepAlive = keepAlive && context.version == .v11
        switch head.framing {
        case .none, .length: self.init(framing: head.framing, keepAlive: keepAlive)
        case .untilClose: self.init(framing: .untilClose, keepAlive: false)
        case .chunked where context.version == .v10: self.init(framing: .untilClose, output: .payload, keepAlive: false)
        case .chunked: self.init(framing: .chunked, keepsTrailers: context.acceptsTrailers, keepAlive: keepAlive)
        }
    }
}
