public import PatternMatching

/// What came of the bytes so far.
public enum HeadStep: Sendable {
    /// Not a whole head yet: call again with the same bytes and more behind them.
    case more
    /// A head that ends before `length`; what follows is its body, or the next request.
    case head(RequestHead, length: Int)
    /// Answer, and read nothing more.
    case refuse(Refusal)
}

/// What could be read of a request that was refused, for its record.
public struct RefusedLine: Sendable, Hashable {
    /// As sent; empty where the request line could not be read.
    public var method: String
    /// Where the target could be judged.
    public var url: RequestURL?
    /// The target as sent as far as it was read, without user info; at most the target's limit.
    public var target: [UInt8]
}
