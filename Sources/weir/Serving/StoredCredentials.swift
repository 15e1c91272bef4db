import PolicyStore
import ProxyServer

/// The proxy's Basic credentials are those of `weir user`.
struct StoredCredentials: CredentialChecker {
    let accounts: AccountStore

    var generation: UInt64 { accounts.generation }

    func check(user: String, password: String) async -> Bool { await accounts.verify(user: user, password: password) != nil }
}
