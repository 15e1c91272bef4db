/// Reads request heads strictly (RFC 9112): resumes where it stopped, so that any way of cutting the input costs the same and gives the same.
public struct RequestHeadReader: Sendable {
    private let limits: HeadLimits
    private let rule: TargetRule
    /// True once a byte of the request line was seen.
    public private(set) var hasBegun = false

    public init(limits: HeadLimits = HeadLimits(), rule: TargetRule = .proxy) {
        self.limits = limits
        self.rule = rule
    }

    /// - Parameter bytes: everything received and not yet consumed, from the first byte after the previous message. Call again with the same
    ///   bytes and more behind them after `more`; drop `length` bytes after `head`, and the reader is ready for the next one.
    public mutating func read(_ bytes: UnsafeRawBufferPointer) -> HeadStep { .refuse(.badRequest("")) }

    /// What was read of the request that `read` just refused, or that timed out, from the same bytes.
    public func refusedLine(_ bytes: UnsafeRawBufferPointer) -> RefusedLine { RefusedLine(method: "", url: nil, target: []) }
}
