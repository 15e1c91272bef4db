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
    /// Of the URL.
    let host: String

    public init(time: Instant, url: RequestURL, method: String, decision: Decision, isPage: Bool = true) {
        self.time = time
        self.url = url
        host = url.host
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
        var blocks: [String: [RecentBlock]] = [:]
        /// When each client was last blocked.
        var last: [String: Instant] = [:]
        var bytes = 0
    }

    private let state = NIOLockedValueBox(State())

    public init() {}

    /// Notes a block or warning. The same host under the same rule again within five minutes counts up.
    public func note(_ block: RecentBlock, client: String) {
        state.withLockedValue { state in
            // Taken out, so that the list is changed where it is and not copied.
            var list = state.blocks.removeValue(forKey: client) ?? []
            if list.isEmpty, state.blocks.count >= Self.mostClients { Self.dropOldest(&state) }
            state.bytes -= Self.bytes(of: list)
            var block = block
            if let index = list.firstIndex(where: { Self.isSame($0, block) }) {
                block.count = list[index].count &+ 1
                block.isPage = block.isPage || list[index].isPage
                list.remove(at: index)
            }
            list.insert(block, at: 0)
            if list.count > Self.mostOfOne { list.remove(at: list.lastIndex { !$0.isPage } ?? list.count - 1) }
            state.blocks[client] = list
            state.last[client] = block.time
            state.bytes += Self.bytes(of: list)
            while state.bytes > Self.mostBytes, state.blocks.count > 1 { Self.dropOldest(&state) }
        }
    }

    /// The newest first.
    public func of(client: String) -> [RecentBlock] { state.withLockedValue { $0.blocks[client] ?? [] } }

    private static func isSame(_ a: RecentBlock, _ b: RecentBlock) -> Bool {
        a.host == b.host && a.url.isTunnel == b.url.isTunnel && a.decision.ground.rule == b.decision.ground.rule
            && (a.time.milliseconds &- b.time.milliseconds).magnitude < 300_000
    }

    /// A tenth goes at once, so that a flood of clients does not sort for each.
    private static func dropOldest(_ state: inout State) {
        for (client, _) in state.last.sorted(by: { $0.value < $1.value }).prefix(max(1, state.last.count / 10)) {
            state.bytes -= bytes(of: state.blocks.removeValue(forKey: client) ?? [])
            state.last[client] = nil
        }
    }

    /// What a client's list costs, but for a few words of each.
    private static func bytes(of list: [RecentBlock]) -> Int {
        list.reduce(0) { $0 + $1.url.bytes.count + ($1.url.sent?.count ?? 0) + 512 }
    }

    /// What all of them cost.
    var bytes: Int { state.withLockedValue { $0.bytes } }
}
