import Glibc
import NIOCore
import PatternMatching
import ProxyProtocols

/// Why there is no way to a destination.
enum RouteFailure: Error {
    case name(NameError)
    /// The name that stands in for a service's own, so that it is kept to its restricted form, is not known: the service's own is never
    /// connected to in its place.
    case substitute(String, NameError)
    /// An address that may not be reached (SECURITY.md S1 to S3).
    case forbidden(Refusal)
    case connect(any Error)
    case timeout

    /// What the client is told: status, stable code, RFC 9209 type.
    var told: (status: UInt16, code: String, error: ProxyError) {
        switch self {
        case .name(.timeout): (504, "dns-timeout", .dnsTimeout)
        case .name(.overloaded), .name(.stopped): (503, "dns-overloaded", .internalError)
        case .name: (502, "dns-error", .dnsError)
        case .substitute: (502, "safe-search-unresolved", .dnsError)
        case .forbidden(let refusal): (refusal.status, refusal.code, refusal.proxyError)
        case .connect(let error) where Self.isOurs(error): (503, "connection-limit", .connectionLimit)
        case .connect: (502, "connect-failed", .connectionRefused)
        case .timeout: (504, "connect-timeout", .connectionTimeout)
        }
    }

    /// We, and not the destination, could not: no more sockets.
    private static func isOurs(_ error: any Error) -> Bool {
        if error is SocketLimitReached { return true }
        guard let code = (error as? IOError)?.errnoCode else { return false }
        return code == EMFILE || code == ENFILE || code == EADDRNOTAVAIL || code == ENOBUFS
    }
}

/// Finds the way to one destination: name, egress rules on every address, then an idle connection or a new one, all on one loop. Tells its
/// outcome once, at once where it can.
final class Route {
    private let loop: ProxyLoop
    private let url: RequestURL
    private let host: String
    /// Resolved and connected to in the host's place.
    private let substitute: String?
    private let usesPool: Bool
    /// Taken before any of the pool's where it fits.
    private let pinned: UpstreamConnection?
    private var dialer: Dialer?
    private var done: ((Result<UpstreamConnection, RouteFailure>) -> Void)?

    /// - Parameters:
    ///   - substitute: a canonical name to be resolved and connected to in place of the URL's.
    ///   - usesPool: false for tunnels and for a second try.
    ///   - pinned: an idle connection that is the asker's own.
    init(loop: ProxyLoop, url: RequestURL, substitute: String?, usesPool: Bool, pinned: UpstreamConnection? = nil) {
        self.loop = loop
        self.url = url
        host = url.host
        self.substitute = substitute
        self.usesPool = usesPool
        self.pinned = pinned
    }

    func find(_ done: @escaping (Result<UpstreamConnection, RouteFailure>) -> Void) {
        self.done = done
        let name = substitute ?? host
        if let known = loop.parts.names.known(name) { return named(known) }
        loop.parts.names.resolve(name, on: loop.eventLoop).assumeIsolated().whenComplete { result in
            self.named(result.mapError { ($0 as? NameError) ?? .serverFailure })
        }
    }

    /// Nobody waits any more.
    func cancel() {
        done = nil
        dialer?.cancel()
        dialer = nil
    }

    private func named(_ result: Result<[ResolvedAddress], NameError>) {
        guard done != nil else { return }
        switch result {
        case .failure(let error): finish(.failure(substitute.map { .substitute($0, error) } ?? .name(error)))
        case .success(let addresses):
            // Checked anew for each request: the address dialled is one of these and no other.
            if let refusal = loop.settings.egress.check(addresses, port: url.port) { return finish(.failure(.forbidden(refusal))) }
            if usesPool, let idle = Self.take(addresses, url.port, host, substitute, loop, pinned) { return finish(.success(idle)) }
            dial(AddressOrder.interleaved(addresses).map(\.address))
        }
    }

    /// The shortest way, where there is one: a known name, no address that may not be reached, an idle connection.
    static func idle(
        to url: RequestURL, substitute: String?, in loop: ProxyLoop, pinned: UpstreamConnection?
    ) -> UpstreamConnection? {
        let host = url.host
        guard loop.pool.count > 0 || pinned != nil, case .success(let addresses)? = loop.parts.names.known(substitute ?? host),
            loop.settings.egress.check(addresses, port: url.port) == nil
        else { return nil }
        return take(addresses, url.port, host, substitute, loop, pinned)
    }

    private static func take(
        _ addresses: [ResolvedAddress], _ port: UInt16, _ host: String, _ substitute: String?, _ loop: ProxyLoop,
        _ pinned: UpstreamConnection?
    ) -> UpstreamConnection? {
        // What came since the last reading was sent before anything that is asked now, and is no answer to it (SECURITY.md X9).
        if let pinned, pinned.isSilent, pinned.key.port == port, pinned.key.host == host, pinned.key.substitute == substitute,
            addresses.contains(where: { $0.address == pinned.key.address })
        {
            loop.counters.upstreamReused += 1
            return pinned
        }
        for address in addresses {
            let key = UpstreamKey(address: address.address, port: port, host: host, substitute: substitute)
            while let found = loop.pool.take(key) {
                if found.isSilent {
                    loop.counters.upstreamReused += 1
                    return found
                }
                found.close()
            }
        }
        return nil
    }

    private func dial(_ addresses: [IPAddress]) {
        let dialer = Dialer(loop: loop, host: host, substitute: substitute, port: url.port, addresses: addresses)
        self.dialer = dialer
        dialer.dial(within: loop.settings.limits.connectSeconds) { result in
            self.dialer = nil
            self.finish(
                result.mapError { failure in
                    switch failure {
                    case .timeout: .timeout
                    case .refused(let error): .connect(error)
                    case .noAddress: .name(.noAddress)
                    }
                })
        }
    }

    private func finish(_ result: Result<UpstreamConnection, RouteFailure>) {
        guard let done else { return }
        self.done = nil
        if case .failure(let failure) = result {
            loop.counters.upstreamFailed += 1
            switch failure {
            case .timeout: loop.counters.connectTimeouts += 1
            case .substitute(let name, let error): loop.logUnresolved(substitute: name, for: host, error)
            default: break
            }
        }
        done(result)
    }
}
