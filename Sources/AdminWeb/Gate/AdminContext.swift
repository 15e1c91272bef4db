import Hummingbird
import Logging
import NIOCore
import PatternMatching

/// What a request brings beside its bytes: both ends of its connection.
struct AdminContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The other end of the connection.
    let peer: IPAddress?
    /// The address of this machine it reached.
    let local: IPAddress?

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        peer = Self.address(source.channel.remoteAddress)
        local = Self.address(source.channel.localAddress)
    }

    var isLoopback: Bool { peer?.isLoopback ?? false }

    static func address(_ socket: SocketAddress?) -> IPAddress? {
        guard let text = socket?.ipAddress else { return nil }
        // A link-local address carries its zone, which is no part of the address.
        return IPAddress(text.split(separator: "%").first.map(String.init) ?? text)
    }
}
