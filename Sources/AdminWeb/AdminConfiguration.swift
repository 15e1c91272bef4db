public import NIOSSL

/// What `weir.yaml` says of the admin site, as plain values.
public struct AdminConfiguration: Sendable {
    /// One address to listen on.
    public struct Listener: Sendable, Hashable {
        /// An IP address as text, without brackets.
        public var host: String
        /// 0: any free port.
        public var port: Int

        public init(host: String, port: Int) {
            self.host = host
            self.port = port
        }
    }

    public var listen: [Listener]
    /// The server side of TLS; nil for plain HTTP. Applies to every listener.
    public var tls: TLSConfiguration?
    /// Host names the site answers to, beside the addresses it is reached by.
    public var names: [String]
    /// The port devices are told to use as their proxy.
    public var proxyPort: Int
    /// The name of the portal as seen through the proxy.
    public var portalName: String
    /// Connections of all listeners together; half of them from one address at most.
    public var mostConnections: Int

    /// A house, a school's staff, their live pages.
    public static let usualConnections = 512

    public init(
        listen: [Listener] = [Listener(host: "127.0.0.1", port: 8080)], tls: TLSConfiguration? = nil, names: [String] = [],
        proxyPort: Int = 3128, portalName: String = "weir.internal", mostConnections: Int = usualConnections
    ) {
        self.listen = listen
        self.tls = tls
        self.names = names
        self.proxyPort = proxyPort
        self.portalName = portalName
        self.mostConnections = mostConnections
    }
}
