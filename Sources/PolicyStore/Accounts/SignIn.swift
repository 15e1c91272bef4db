/// What came of an attempt to sign in.
public enum SignIn: Sendable, Hashable {
    case accepted(Account)
    /// Unknown name or wrong password: which of them is not told, and both take the same time.
    case refused
    /// Too many failures for this account or from this address, or too many checks under way: nothing was checked.
    case throttled(seconds: Int)
}
