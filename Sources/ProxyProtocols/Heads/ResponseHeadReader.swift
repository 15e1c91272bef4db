/// What came of an origin's bytes so far.
public enum ResponseStep: Sendable {
    case more
    /// A 1xx other than 101: pass it on (``ResponseForwarder/interim(_:context:options:into:)``) and read on after `length`.
    case interim(ResponseHead, length: Int)
    /// 101 to a request that asked for it: after `length` bytes the connection is a tunnel.
    case switching(ResponseHead, length: Int)
    /// The final head, which ends before `length`.
    case head(ResponseHead, length: Int)
    /// `502U`: close upstream, discard its reply.
    case refuse(Refusal)
}

/// Reads the response heads to one request: interim ones, then the final one. Make a new one for each request.
public struct ResponseHeadReader: Sendable {
    private let limits: HeadLimits
    private let context: ResponseContext
    /// True once a byte of a reply was seen: a request is not tried again then.
    public private(set) var hasBegun = false

    public init(limits: HeadLimits = HeadLimits(), context: ResponseContext) {
        self.limits = limits
        self.context = context
    }

    /// - Parameter bytes: everything received and not yet consumed, as with ``RequestHeadReader/read(_:)``.
    public mutating func read(_ bytes: UnsafeRawBufferPointer) -> ResponseStep { .refuse(.badResponse("")) }
}
