import NIOCore
import NIOPosix
public import PatternMatching
import ProxyProtocols

/// Says where the rest of the program may fetch from: names resolved and checked as a client's request is, so that no subscription
/// reaches where no client may (SECURITY.md L3).
public struct FetchGate: Sendable {
    /// Why a name may not be fetched from.
    public enum Refused: Error, Sendable, CustomStringConvertible {
        case badName(String)
        case unresolved(String, NameError)
        case forbidden(String, String)

        public var description: String {
            switch self {
            case .badName(let host): "\(host): is not a host name"
            case .unresolved(let host, let error): "\(host): the name cannot be resolved (\(error))"
            case .forbidden(let host, let why): "\(host): refused by the egress rules (\(why)); see `egress` in the configuration"
            }
        }
    }

    let names: NameResolver
    let egress: @Sendable () async throws -> EgressRules
    let loop: any EventLoop

    init(names: NameResolver, loop: any EventLoop, egress: @escaping @Sendable () async throws -> EgressRules) {
        self.names = names
        self.loop = loop
        self.egress = egress
    }

    /// For a command that runs without a server.
    /// - Throws: ``RangeError`` for an address range that cannot be read, ``SystemError`` where the system gives no thread or descriptor.
    public init(configuration: ProxyConfiguration) throws {
        let rules = try EgressRules(
            deny: configuration.egressDeny, allow: configuration.egressAllow, neighbours: NeighbourTable(), listeners: { [] })
        self.init(
            names: try NameResolver(configuration.names), loop: MultiThreadedEventLoopGroup.singleton.next(), egress: { rules })
    }

    /// The address to dial.
    /// - Throws: ``Refused``.
    public func allowedAddress(of host: String, port: UInt16) async throws -> IPAddress {
        guard let name = HostName.canonical(host.utf8)?.text else { throw Refused.badName(host) }
        let addresses: [ResolvedAddress]
        do {
            addresses = try await names.resolve(name, on: loop).get()
        } catch {
            throw Refused.unresolved(host, (error as? NameError) ?? .serverFailure)
        }
        if let refusal = try await egress().check(addresses, port: port) { throw Refused.forbidden(host, refusal.detail) }
        guard let first = AddressOrder.interleaved(addresses).first else { throw Refused.unresolved(host, .noAddress) }
        return first.address
    }
}

extension ProxyServer {
    /// Where lists may be fetched from: by the egress rules in force at that moment.
    /// - Returns: nil where the proxy has no event loop.
    public var fetchGate: FetchGate? {
        guard let loop = loops.first else { return nil }
        return FetchGate(names: parts.names, loop: loop.eventLoop) {
            try await loop.eventLoop.submit { loop.settings.egress }.get()
        }
    }
}
