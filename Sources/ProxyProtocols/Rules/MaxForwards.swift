/// What Max-Forwards says about a TRACE or OPTIONS (RFC 9110, 7.6.2).
public enum MaxForwards: Sendable, Hashable {
    /// Nothing, or not this method.
    case absent
    /// It was 0: Weir is the one to answer.
    case answerHere
    /// Forwarded with this value, one less than it came with (``RequestForwarder`` writes it).
    case forward(UInt64)

    public init(_ head: RequestHead) {
        switch head.maxForwards {
        case nil: self = .absent
        case 0?: self = .answerHere
        case let value?: self = .forward(value - 1)
        }
    }
}
