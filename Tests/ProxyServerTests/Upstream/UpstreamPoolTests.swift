import Testing

@testable import ProxyServer

@Suite struct UpstreamPoolTests {
    /// Idle connections of all loops together are a quarter of what there may be at most.
    @Test(arguments: [
        (connections: 18_000, loops: 1, most: 1_024), (connections: 18_000, loops: 8, most: 562), (connections: 800, loops: 2, most: 100),
        (connections: 300, loops: 1, most: 75), (connections: 16, loops: 8, most: 0), (connections: 0, loops: 0, most: 0),
    ])
    func aQuarterForAllLoops(connections: Int, loops: Int, most: Int) {
        #expect(UpstreamPool.capacity(connections: connections, loops: loops) == most)
    }
}
