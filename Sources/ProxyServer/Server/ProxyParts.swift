/// What all loops share: each part is safe to use from any thread, and none but the policy's number is asked for more than once a request.
struct ProxyParts: Sendable {
    let policy: PublishedPolicy
    let names: NameResolver
    let neighbours: NeighbourTable
    let sockets: SocketCount
    let clients: ClientConnections
    /// Connections over a limit that are just being told so.
    let refusals: SocketCount
    let strangers: RareLog
    let substitutes: RareLog
    let policyErrors: RareLog
    let pages: Pages
    let portal: Portal
    let recent: RecentBlocks
    let dependencies: ProxyDependencies
    /// This process's name in Via: a request that comes back with it went round in a circle.
    let instance: String
}
