/// Checks a user's password. Slow by intent (scrypt), so what it said is remembered for a few minutes by whoever asks.
public protocol CredentialChecker: Sendable {
    func check(user: String, password: String) async -> Bool
}
