/// How a response goes on to the client.
public struct ResponsePlan: Sendable, Hashable {
    /// How the client finds the body's end.
    public var framing: BodyFraming
    /// What to make of a chunked body from the origin.
    public var output: BodyOutput
    public var keepsTrailers: Bool
    /// Whether the client's connection is kept once the body has been sent.
    public var keepAlive: Bool
}

/// Writes response heads as the client is sent them.
public enum ResponseForwarder {
    /// How this response goes to that client.
    /// - Parameter keepAlive: whether the client's connection can be kept as far as the request and the server's state go.
    public static func plan(_ head: ResponseHead, context: ResponseContext, keepAlive: Bool) -> ResponsePlan {
        ResponsePlan(framing: .none, output: .chunked, keepsTrailers: false, keepAlive: false)
    }

    /// Appends the final head according to `plan`.
    public static func head(_ head: ResponseHead, plan: ResponsePlan, options: ForwardingOptions, into output: inout [UInt8]) {}

    /// Appends an interim head; nothing for an HTTP/1.0 client.
    public static func interim(_ head: ResponseHead, context: ResponseContext, options: ForwardingOptions, into output: inout [UInt8]) {}

    /// Appends the 101 that makes the connection a WebSocket.
    public static func switching(_ head: ResponseHead, options: ForwardingOptions, into output: inout [UInt8]) {}
}
