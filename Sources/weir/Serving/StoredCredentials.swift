import PolicyStore
import ProxyServer

/// The proxy's Basic credentials are those of `weir user`.
struct StoredCredentials: CredentialChecker {
    let accounts: AccountStore

    func check(user: String, password: String) async -> Bool { await accounts.verify(user: user, password: password) != nil }
}
