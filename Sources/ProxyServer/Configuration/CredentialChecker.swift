public import PatternMatching

/// What came of looking at a user's password.
public enum CredentialAnswer: Sendable, Hashable {
    case right
    /// An unknown name or a wrong password.
    case wrong
    /// Too many wrong ones before, or too many to look at: nothing was checked, and nothing is known of this one.
    case notChecked(seconds: Int)
}

/// Checks a user's password. Slow by intent (scrypt), so what it said is remembered for a few minutes by whoever asks.
public protocol CredentialChecker: Sendable {
    /// Another number whenever an account or a password has changed: what was said before counts no more.
    var generation: UInt64 { get }

    /// - Parameter address: the client's, by which wrong ones are counted.
    func check(user: String, password: String, address: IPAddress) async -> CredentialAnswer
}
