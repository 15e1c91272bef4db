/// Checks a user's password. Slow by intent (scrypt), so what it said is remembered for a few minutes by whoever asks.
public protocol CredentialChecker: Sendable {
    /// Another number whenever an account or a password has changed: what was said before counts no more.
    var generation: UInt64 { get }

    func check(user: String, password: String) async -> Bool
}
