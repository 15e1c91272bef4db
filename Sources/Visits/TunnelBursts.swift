public import PolicyCore

/// Tells page views among tunnels, whose insides are not seen.
///
/// Opening a page opens a burst of tunnels: to its own site first, then to those its parts come from. So the first tunnel of a client after
/// a pause of two seconds counts, and no other of that burst; and a site counts for a client at most once in thirty seconds, so that a page
/// that keeps asking its server is one view. Pages opened over a tunnel that is already open are not seen: page views of unopened HTTPS
/// traffic are a lower bound.
///
/// One for each event loop: bounded, so that many clients and sites cost it accuracy and not memory.
public struct TunnelBursts: Sendable {
    private struct Pair: Hashable {
        let client: String
        let site: String
    }

    public static let pause: Int64 = 2_000
    public static let silence: Int64 = 30_000

    private let most: Int
    private var lastTunnel: [String: Int64] = [:]
    private var lastView: [Pair: Int64] = [:]

    /// - Parameter most: clients, and pairs of client and site, that are remembered.
    public init(most: Int = 4_096) { self.most = max(1, most) }

    /// Notes a tunnel.
    /// - Parameter site: the registrable site of its host.
    /// - Returns: whether it counts as a page view.
    public mutating func isPage(client: String, site: String, at time: Instant) -> Bool {
        let now = time.milliseconds
        let isFirst = isLater(now, than: lastTunnel[client], by: Self.pause)
        Self.set(&lastTunnel, client, now, most: most, forget: Self.pause)
        let pair = Pair(client: client, site: site)
        let isNew = isLater(now, than: lastView[pair], by: Self.silence)
        if isNew && isFirst || lastView[pair] != nil { Self.set(&lastView, pair, now, most: most, forget: Self.silence) }
        return isFirst && isNew
    }

    /// A clock that was set back counts as a pause.
    private func isLater(_ now: Int64, than then: Int64?, by span: Int64) -> Bool {
        guard let then else { return true }
        return now < then || now &- then >= span
    }

    /// Forgets what no longer matters before it grows, and everything where that does not help.
    private static func set<Key>(_ table: inout [Key: Int64], _ key: Key, _ now: Int64, most: Int, forget: Int64) {
        if table.count >= most && table[key] == nil {
            table = table.filter { now &- $0.value < forget }
            if table.count >= most { table.removeAll(keepingCapacity: true) }
        }
        table[key] = now
    }
}
