/// What came of the bytes so far.
public enum HeadStep: Sendable {
    /// Not a whole head yet: call again with the same bytes and more behind them.
    case more
    /// A head that ends before `length`; what follows is its body, or the next request.
    case head(RequestHead, length: Int)
    /// Answer, and read nothing more.
    case refuse(Refusal)
}
