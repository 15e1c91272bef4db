import ProxyProtocols
import Visits

extension PendingRequest {
    /// Whether somebody opened a page, as far as the request itself tells (``PageView``); never for a tunnel.
    var isPage: Bool {
        guard head.method == .get else { return false }
        return PageView.classify(
            PageView.Signs(
                method: "GET", fetchDestination: head.text(of: .secFetchDest), fetchMode: head.text(of: .secFetchMode),
                accept: head.text(of: .accept), hasRequestedWith: head.fields.first(named: "x-requested-with") != nil))
    }
}
