import NIOCore
public import PatternMatching
import ProxyProtocols

extension ProxyServer {
    /// Why the rest of the program may not fetch from a name.
    public enum FetchRefusal: Error, Sendable, CustomStringConvertible {
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

    /// The address to dial when a list is fetched: resolved and checked as a client's request is, so that no subscription reaches where no
    /// client may (SECURITY.md L3).
    /// - Throws: ``FetchRefusal``.
    public func allowedAddress(of host: String, port: UInt16) async throws -> IPAddress {
        let name: String
        switch HostName.canonical(host.utf8) {
        case .name(let canonical): name = canonical
        case .address(let address): name = address.description
        case nil: throw FetchRefusal.badName(host)
        }
        guard let loop = loops.first else { throw FetchRefusal.badName(host) }
        let addresses: [ResolvedAddress]
        do {
            addresses = try await parts.names.resolve(name, on: loop.eventLoop).get()
        } catch {
            throw FetchRefusal.unresolved(host, (error as? NameError) ?? .serverFailure)
        }
        let refusal = try await loop.eventLoop.submit { loop.settings.egress.check(addresses, port: port) }.get()
        if let refusal { throw FetchRefusal.forbidden(host, "\(refusal.detail)") }
        guard let first = AddressOrder.interleaved(addresses).first else { throw FetchRefusal.unresolved(host, .noAddress) }
        return first.address
    }
}
