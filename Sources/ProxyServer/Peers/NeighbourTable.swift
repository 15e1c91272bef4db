import NIOConcurrencyHelpers
public import NIOCore
public import PatternMatching
public import PolicyCore

/// The hardware addresses of the machines on our own networks, v4 and v6, as the kernel knows them, and the machine's own addresses. A
/// thread hears of every change from the kernel, so asking takes a dictionary look-up.
public final class NeighbourTable: Sendable {
    private let state: NIOLockedValueBox<LinkState>
    private let watch: LinkWatch

    /// Where the kernel gives no routing socket the table stays empty: then nobody is recognised by hardware address.
    public init() {
        state = NIOLockedValueBox(LinkState())
        watch = LinkWatch(state)
    }

    deinit { watch.stop() }

    /// The hardware address of a neighbour; nil where it is no neighbour, or where one link-local address is used on two networks.
    public func mac(of address: IPAddress) -> MACAddress? { state.withLockedValue { $0.mac(of: address) } }

    /// The same for a client whose first packet has only just arrived: where the table does not have it yet, the kernel is asked once more.
    /// An address found to be no neighbour is not asked about again for ten seconds.
    public func mac(of address: IPAddress, on loop: any EventLoop) -> EventLoopFuture<MACAddress?> {
        let promise = loop.makePromise(of: MACAddress?.self)
        let answer: MACAddress?? = state.withLockedValue { state in
            if let mac = state.mac(of: address) { return .some(mac) }
            if state.isMissing(address, at: .now()) || !state.isWatched { return .some(nil) }
            state.waiting.append(LinkState.Asking(address: address, promise: promise))
            return nil
        }
        if let answer { promise.succeed(answer) } else { watch.lookAgain() }
        return promise.futureResult
    }

    /// Whether this is one of the machine's own addresses now: loopback and the unspecified addresses always are.
    public func isOwn(_ address: IPAddress) -> Bool {
        LinkState.isAlwaysOwn(address) || state.withLockedValue { $0.own.keys.contains(address) }
    }

    /// The machine's own addresses now.
    public var ownAddresses: [IPAddress] { state.withLockedValue { Array($0.own.keys) } }

    /// Ends the thread; the table stays as it is.
    public func stop() { watch.stop() }
}
