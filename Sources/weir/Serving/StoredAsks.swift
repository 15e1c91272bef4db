import Logging
import PolicyStore
import ProxyServer

/// Asks from block page and portal into the policy store.
struct StoredAsks: AskSink {
    let policy: PolicyStore
    let logger: Logger

    func ask(_ ask: AccessAsk) {
        let request = AccessRequest(
            client: ask.client, group: ask.group, user: ask.user, url: ask.url, host: ask.host, site: ask.site, rule: ask.rule,
            category: ask.category, note: ask.note, time: ask.time)
        Task {
            do {
                try await policy.ask(request)
            } catch {
                logger.error("a request for access was not kept: \(error)")
            }
        }
    }
}
