import NIOConcurrencyHelpers
public import NIOCore
import PatternMatching

/// Turns host names into addresses: one for the process. Fixed names first, then the system's hosts file, then the DNS through c-ares on a
/// thread of its own. Answers are remembered as long as their TTL says, a name asked for by many at once is asked of the DNS once.
///
/// No search domains are tried: the name judged is the name resolved.
public final class NameResolver: Sendable {
    /// How many different names may be under way in the DNS at once.
    static let mostOpen = 4096
    /// Sockets to name servers at once: whoever counts descriptors keeps so many for them.
    public static let mostSockets = 64

    private struct State {
        var fixed: FixedNames
        var file = HostsFile()
        var cache: NameCache
        /// Promises by name that is under way.
        var waiting: [String: [EventLoopPromise<[ResolvedAddress]>]] = [:]
        var stopped = false
        /// Grows with every new configuration: answers asked for before it are not remembered.
        var epoch: UInt64 = 0
    }

    private let state: NIOLockedValueBox<State>
    private let thread: ResolverThread

    /// - Throws: ``SystemError`` where the system gives no descriptor, thread or memory.
    public init(_ configuration: NamesConfiguration, cacheCapacity: Int = 20_000) throws(SystemError) {
        state = NIOLockedValueBox(State(fixed: FixedNames(configuration.hosts), cache: NameCache(capacity: cacheCapacity)))
        thread = try ResolverThread(configuration)
        try thread.start { [state] file in state.withLockedValue { $0.file = file } }
    }

    deinit { thread.stop() }

    /// The answer where it is at hand: an address literal, a fixed name, a name of the hosts file, a remembered answer.
    /// - Parameter host: in canonical form, an IPv6 literal without brackets.
    /// - Returns: nil where the DNS must be asked.
    public func known(_ host: String) -> Result<[ResolvedAddress], NameError>? {
        state.withLockedValue { known(host, &$0) }
    }

    /// The addresses of a name, in order of preference; never an empty list.
    /// - Parameters:
    ///   - host: in canonical form, an IPv6 literal without brackets.
    ///   - loop: where the result is delivered.
    /// - Returns: fails with ``NameError``.
    public func resolve(_ host: String, on loop: any EventLoop) -> EventLoopFuture<[ResolvedAddress]> {
        let promise = loop.makePromise(of: [ResolvedAddress].self)
        let asks: Bool
        let answer: Result<[ResolvedAddress], NameError>?
        let epoch: UInt64
        (asks, answer, epoch) = state.withLockedValue { state in
            if state.stopped { return (false, .failure(.stopped), 0) }
            if let known = known(host, &state) { return (false, known, 0) }
            if state.waiting[host] == nil, state.waiting.count >= Self.mostOpen { return (false, .failure(.overloaded), 0) }
            let isFirst = state.waiting[host] == nil
            state.waiting[host, default: []].append(promise)
            return (isFirst, nil, state.epoch)
        }
        if let answer {
            promise.completeWith(answer.mapError { $0 as any Error })
        } else if asks {
            thread.ask(host) { [state] answer in Self.settle(host, answer, epoch, state) }
        }
        return promise.futureResult
    }

    /// Takes new fixed names and servers and forgets what was remembered.
    public func replace(_ configuration: NamesConfiguration) {
        state.withLockedValue {
            $0.fixed = FixedNames(configuration.hosts)
            $0.cache.forget()
            $0.epoch &+= 1
        }
        thread.replace(configuration)
    }

    /// Ends the thread; everything under way and asked later fails with ``NameError/stopped``.
    public func stop() {
        state.withLockedValue { $0.stopped = true }
        thread.stop()
    }

    private func known(_ host: String, _ state: inout State) -> Result<[ResolvedAddress], NameError>? {
        if let address = Self.literal(host) { return .success([ResolvedAddress(address)]) }
        if let answer = state.fixed.addresses(of: host) { return Self.given(answer) }
        if let answer = state.file.names[host] { return Self.given(answer) }
        if host == "localhost" || host.hasSuffix(".localhost") { return .success(Self.loopback) }
        return state.cache.answer(host, at: .now())
    }

    /// A fixed name without addresses stands for none.
    private static func given(_ addresses: [ResolvedAddress]) -> Result<[ResolvedAddress], NameError> {
        addresses.isEmpty ? .failure(.noAddress) : .success(addresses)
    }

    private static func literal(_ host: String) -> IPAddress? {
        guard let last = host.utf8.last else { return nil }
        // A name's last label is never all digits in canonical form, an address's always ends in a hexadecimal digit or a colon.
        guard host.utf8.contains(UInt8(ascii: ":")) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(last) else { return nil }
        return IPAddress(host)
    }

    /// RFC 6761 section 6.3: these names never leave the machine.
    private static let loopback = [ResolvedAddress(IPAddress(v4: 0x7f00_0001)), ResolvedAddress(IPAddress(high: 0, low: 1))]

    private static func settle(
        _ host: String, _ answer: ResolverThread.Answer, _ epoch: UInt64, _ state: NIOLockedValueBox<State>
    ) {
        let promises = state.withLockedValue { state in
            if state.epoch == epoch { state.cache.remember(host, answer.result, seconds: answer.seconds, at: .now()) }
            return state.waiting.removeValue(forKey: host) ?? []
        }
        for promise in promises { promise.completeWith(answer.result.mapError { $0 as any Error }) }
    }
}
