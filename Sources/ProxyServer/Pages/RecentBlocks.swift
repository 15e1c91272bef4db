import NIOConcurrencyHelpers
public import PatternMatching
public import PolicyCore

/// One thing that was not opened, for the page that tells of it afterwards.
public struct RecentBlock: Sendable {
    public var time: Instant
    public var url: RequestURL
    /// As sent; `CONNECT` for a tunnel.
    public var method: String
    public var decision: Decision
    /// False for what a page loads beside itself: it makes room first.
    public var isPage: Bool
    /// How often in a row.
    public var count = 1

    public init(time: Instant, url: RequestURL, method: String, decision: Decision, isPage: Bool = true) {
        self.time = time
        self.url = url
        self.method = method
        self.decision = decision
        self.isPage = isPage
    }
}

/// The last blocks and warnings of each client, in memory only: at most 20 a client, 2,000 clients and 16 MiB, those longest unseen go first.
public final class RecentBlocks: Sendable {
    static let mostOfOne = 20
    static let mostClients = 2000
    /// URLs may be long, and addresses to ask from many.
    static let mostBytes = 16 << 20

    private struct State {
        var clients: [String: BlocksOfOne] = [:]
        var bytes = 0
    }

    private let state = NIOLockedValueBox(State())

    public init() {}

    /// Notes a block or warning. The same host under the same rule again within five minutes counts up.
    public func note(_ block: RecentBlock, client: String) {
        state.withLockedValue { state in
            if state.clients.count >= Self.mostClients, state.clients[client] == nil { Self.dropOldest(&state) }
            // Changed where it is: nothing is copied for a block more.
            state.bytes += state.clients[client, default: BlocksOfOne()].note(block)
            while state.bytes > Self.mostBytes, state.clients.count > 1 { Self.dropOldest(&state) }
        }
    }

    /// The newest first.
    public func of(client: String) -> [RecentBlock] { state.withLockedValue { $0.clients[client]?.list.reversed() ?? [] } }

    /// A tenth goes at once, so that a flood of clients does not sort for each.
    private static func dropOldest(_ state: inout State) {
        let oldest = state.clients.sorted { $0.value.last < $1.value.last }.prefix(max(1, state.clients.count / 10))
        for (client, blocks) in oldest {
            state.bytes -= blocks.bytes
            state.clients[client] = nil
        }
    }

    /// What all of them cost.
    var bytes: Int { state.withLockedValue { $0.bytes } }
}

/// What one client was not opened.
private struct BlocksOfOne {
    /// The newest last.
    var list: [RecentBlock] = []
    /// What the list costs, but for a few words of each.
    var bytes = 0
    /// When the client was last blocked.
    var last = Instant(milliseconds: .min)

    /// - Returns: how many bytes more it costs.
    mutating func note(_ block: RecentBlock) -> Int {
        let before = bytes
        var block = block
        if let index = list.lastIndex(where: { $0.isSame(as: block) }) {
            block.count = list[index].count &+ 1
            block.isPage = block.isPage || list[index].isPage
            drop(index)
        }
        last = block.time
        bytes += block.bytes
        list.append(block)
        if list.count > RecentBlocks.mostOfOne { drop(list.firstIndex { !$0.isPage } ?? 0) }
        return bytes - before
    }

    private mutating func drop(_ index: Int) { bytes -= list.remove(at: index).bytes }
}

extension RecentBlock {
    fileprivate func isSame(as other: RecentBlock) -> Bool {
        url.isTunnel == other.url.isTunnel && url.bytes[url.hostRange] == other.url.bytes[other.url.hostRange]
            && decision.ground.rule == other.decision.ground.rule
            && (time.milliseconds &- other.time.milliseconds).magnitude < 300_000
    }

    fileprivate var bytes: Int { url.bytes.count + (url.sent?.count ?? 0) + 512 }
}
