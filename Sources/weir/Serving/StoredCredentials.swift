import PatternMatching
import PolicyStore
import ProxyServer

/// The proxy's Basic credentials are those of `weir user`.
struct StoredCredentials: CredentialChecker {
    let accounts: AccountStore

    var generation: UInt64 { accounts.generation }

    func check(user: String, password: String, address: IPAddress) async -> CredentialAnswer {
        switch await accounts.verify(user: user, password: password, address: address) {
        case .accepted: .right
        case .refused: .wrong
        case .throttled(let seconds): .notChecked(seconds: seconds)
        }
    }
}
