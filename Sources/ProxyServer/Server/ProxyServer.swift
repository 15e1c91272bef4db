import Logging
import NIOConcurrencyHelpers
import NIOCore
import PatternMatching
public import PolicyCore

/// The proxy: listeners, one event loop a core, each with its own snapshot, upstream pool, recorder and counters.
///
/// Start it with a snapshot published, publish again whenever the policy, a list or a grant changes, drain it before the process ends.
public final class ProxyServer: Sendable {
    private struct State {
        var listeners: [OpenListener] = []
        var bound: [ListenerAddress] = []
        /// The proxy's own listeners, to be passed on.
        var sockets: [ListeningSocket] = []
        var names: NamesConfiguration
        var hasEnded = false
    }

    let loops: [ProxyLoop]
    let parts: ProxyParts
    private let configuration: ProxyConfiguration
    private let state: NIOLockedValueBox<State>
    /// What EgressRules asks for: our listeners, those of the rest of the program included.
    private let listening: @Sendable () -> [ListenerAddress]

    /// - Throws: ``RangeError`` for an address range that cannot be read, ``SystemError`` where the system gives no thread or descriptor.
    public init(configuration: ProxyConfiguration, dependencies: ProxyDependencies) throws {
        self.configuration = configuration
        let state = NIOLockedValueBox(State(names: configuration.names))
        self.state = state
        let others = dependencies.ownAddresses
        listening = { state.withLockedValue { $0.bound } + others() }
        let pages = Pages(templates: dependencies.pages, portal: configuration.portalName, signer: dependencies.signer)
        let recent = RecentBlocks()
        let parts = ProxyParts(
            policy: PublishedPolicy(), names: try NameResolver(configuration.names), neighbours: NeighbourTable(), sockets: SocketCount(),
            clients: ClientConnections(), refusals: SocketCount(),
            strangers: RareLog(), substitutes: RareLog(), policyErrors: RareLog(), pages: pages,
            portal: Portal(pages: pages, ledger: dependencies.ledger, recent: recent, asks: dependencies.asks), recent: recent,
            dependencies: dependencies, instance: Self.makeInstance())
        self.parts = parts
        let settings = try ProxySettings(
            configuration, instance: parts.instance, neighbours: parts.neighbours, listeners: listening)
        let count = configuration.eventLoops > 0 ? configuration.eventLoops : System.coreCount
        loops = try (0..<count).map {
            ProxyLoop(index: $0, of: count, eventLoop: try SocketLoop("weir-loop-\($0)"), parts: parts, settings: settings)
        }
        for loop in loops { loop.siblings = loops }
    }

    /// A name of this process for Via: told apart from every other Weir's.
    private static func makeInstance() -> String { "weir-" + String(UInt64.random(in: .min ... .max), radix: 36) }

    /// Binds every listener and begins to serve.
    /// - Parameter given: sockets another process opened; those of an address of `proxy.listen` are taken instead of binding, the others closed.
    /// - Returns: the addresses bound, with the kernel's ports where 0 was asked for.
    /// - Throws: the first listener's error that could not be bound; none is left open then.
    public func start(given: [ListeningSocket] = []) async throws -> [ListenerAddress] {
        var given = given
        do {
            for address in configuration.listen {
                let own = given.filter { $0.serves(address) }
                given.removeAll { $0.serves(address) }
                try await ListenError.naming("proxy.listen", address) { try await listen(on: address, given: own) }
            }
            for socket in given { socket.close() }
            for address in configuration.portalListen {
                try await ListenError.naming("portal.listen", address) { try await listenPlainly(on: address) }
            }
        } catch {
            await stopListening()
            for socket in given { socket.close() }
            throw error
        }
        for loop in loops { try await loop.eventLoop.submit { loop.start() }.get() }
        return state.withLockedValue { $0.bound }
    }

    /// Each loop accepts for itself: a connection lives where it was accepted.
    private func listen(on address: ListenerAddress, given: [ListeningSocket]) async throws {
        // A socket given for `[::]` may have been taken for `0.0.0.0` already.
        if given.isEmpty, state.withLockedValue({ $0.sockets.contains { $0.serves(address) } }) { return }
        let sockets = given.isEmpty ? try open(address) : given
        state.withLockedValue { state in
            state.sockets += sockets
            for socket in sockets where !state.bound.contains(socket.address) { state.bound.append(socket.address) }
        }
        // Fewer sockets than loops are accepted from by some and taken on by all.
        let isShort = sockets.count < loops.count
        for (index, socket) in sockets.enumerated() {
            let loop = loops[index % loops.count]
            let listener = try await Listening.accept(from: socket, on: loop, spread: isShort ? loops : [])
            state.withLockedValue { $0.listeners.append(listener) }
        }
    }

    /// A socket for each loop.
    private func open(_ address: ListenerAddress) throws -> [ListeningSocket] {
        if loops.count == 1 { return [try ListeningSocket(address, shared: false)] }
        // Sharing a port between loops would also share it, silently, with another Weir: alone we must be able to have it.
        let alone = try ListeningSocket(address, shared: false)
        alone.close()
        var sockets: [ListeningSocket] = []
        do {
            // The kernel's choice of a port is made once.
            for _ in loops { sockets.append(try ListeningSocket(alone.address, shared: true)) }
        } catch {
            for socket in sockets { socket.close() }
            throw error
        }
        return sockets
    }

    /// Stops accepting and keeps the sockets: the kernel queues what comes, for a successor.
    public func pauseListening() async {
        let listeners = state.withLockedValue { state in
            defer { state.listeners = [] }
            return state.listeners
        }
        for listener in listeners { await listener.close() }
    }

    private func stopListening() async {
        let (listeners, sockets) = state.withLockedValue { state in
            defer { (state.listeners, state.sockets) = ([], []) }
            return (state.listeners, state.sockets)
        }
        for listener in listeners { await listener.close() }
        for socket in sockets { socket.close() }
    }

    /// The sockets the proxy accepts from, to be inherited by a successor. They stay this server's and are closed by ``drain(seconds:)``.
    public var sockets: [ListeningSocket] { state.withLockedValue { $0.sockets } }

    private func listenPlainly(on address: ListenerAddress) async throws {
        guard let loop = loops.first else { return }
        let listener = try await Listening.openPlain(address, on: loop, proxyPort: configuration.listen.first?.port ?? 3_128)
        state.withLockedValue { state in
            state.listeners.append(listener)
            state.bound.append(listener.address ?? address)
        }
    }

    /// Puts this snapshot into force: whatever is judged after this has returned is judged by it, and what is running is judged again.
    public func publish(_ snapshot: PolicySnapshot) {
        // In force for every loop at once: no request is let through by the old policy after another was stopped by the new one.
        parts.policy.publish(snapshot)
        rejudge()
    }

    /// Judges what is running again: a budget, grant or continued warning has changed.
    public func rejudge() {
        for loop in loops { loop.eventLoop.execute { loop.enforceAll() } }
    }

    /// Takes the keys that need no new socket: who may connect, ports, egress, names, limits, authentication.
    /// - Throws: ``RangeError``; nothing has changed then.
    public func reload(_ configuration: ProxyConfiguration) throws {
        let settings = try ProxySettings(
            configuration, instance: parts.instance, neighbours: parts.neighbours, listeners: listening)
        let hasNewNames = state.withLockedValue { state in
            defer { state.names = configuration.names }
            return state.names != configuration.names
        }
        if hasNewNames { parts.names.replace(configuration.names) }
        for loop in loops { loop.eventLoop.execute { loop.settings = settings } }
    }

    /// Stops accepting, lets what runs end within `seconds`, cuts the rest; every visit is recorded when it returns.
    public func drain(seconds: Int) async {
        let isFirst = state.withLockedValue { state in
            defer { state.hasEnded = true }
            return !state.hasEnded
        }
        guard isFirst else { return }
        await stopListening()
        for loop in loops { loop.eventLoop.execute { loop.beginDraining() } }
        let deadline = NIODeadline.now() + .seconds(Int64(seconds))
        while await openConnections() > 0, NIODeadline.now() < deadline { try? await Task.sleep(for: .milliseconds(50)) }
        for loop in loops { try? await loop.eventLoop.submit { loop.cut() }.get() }
        parts.names.stop()
        parts.neighbours.stop()
        for loop in loops { await withCheckedContinuation { done in loop.eventLoop.stop { done.resume() } } }
    }

    private func openConnections() async -> Int {
        var count = 0
        for loop in loops { count += (try? await loop.eventLoop.submit { loop.clients.count }.get()) ?? 0 }
        return count
    }

    /// Totals of all loops.
    public func counters() async -> ProxyCounters {
        var total = ProxyCounters()
        for loop in loops {
            guard let counters = try? await loop.eventLoop.submit({ loop.count() }).get() else { continue }
            total.add(counters)
        }
        total.openSockets = parts.sockets.count
        return total
    }

    /// The MAC address table and the machine's addresses, for whoever names devices.
    public var neighbours: NeighbourTable { parts.neighbours }

    /// The PAC script for devices that reach the proxy under `proxy` (`host:port`).
    public func autoConfiguration(proxy: String) -> String {
        ProxyAutoConfig.script(proxy: proxy, portal: configuration.portalName)
    }
}
