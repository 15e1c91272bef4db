/// What to do next with a body's bytes.
public enum BodyStep: Sendable, Hashable {
    /// Send these bytes of the input on, then call again.
    case forward(Range<Int>)
    /// Send these bytes, which stand for what was read (trailers and the end of the body), then call again.
    case write([UInt8])
    /// Everything given was read and the body goes on.
    case more
    /// The body is complete; what follows the position belongs to the next message.
    case end
    /// The framing is broken.
    case refuse(Refusal)
}

/// What a chunked body is turned into.
public enum BodyOutput: Sendable, Hashable {
    /// Still chunked: chunk extensions and unwanted trailers dropped, the rest byte for byte.
    case chunked
    /// The payload alone.
    case payload
}

/// Finds the end of a body without copying it: ranges of the input to pass on, in order (RFC 9112, 6 and 7).
public struct BodyReader: Sendable {
    /// Body bytes passed on so far, without chunk framing.
    public private(set) var payloadBytes: UInt64 = 0
    /// Whether the end was seen.
    public private(set) var isComplete = false

    /// - Parameters:
    ///   - side: whose body: decides the status of a refusal and which trailers pass.
    ///   - output: used where `framing` is `chunked`.
    ///   - keepsTrailers: responses to a client that sent `TE: trailers`, with `output` `chunked`.
    public init(
        _ framing: BodyFraming, side: MessageSide, output: BodyOutput = .chunked, keepsTrailers: Bool = false,
        limits: HeadLimits = HeadLimits()
    ) {}

    /// - Parameters:
    ///   - bytes: what has been received; all of it is read before `more`, nothing need be kept.
    ///   - position: where to go on reading, moved past what was read. Ranges are positions in `bytes`.
    public mutating func read(_ bytes: UnsafeRawBufferPointer, from position: inout Int) -> BodyStep { .refuse(.badFraming("")) }

    /// The peer has closed: whether the body was whole. False: truncated; nothing that looks like an end may be sent on.
    public mutating func peerClosed() -> Bool { isComplete }
}

/// Which way a message goes.
public enum MessageSide: Sendable, Hashable {
    case request
    case response
}
