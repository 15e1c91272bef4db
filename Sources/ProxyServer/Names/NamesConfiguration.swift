public import PatternMatching

/// The `names:` keys of `weir.yaml`, read.
public struct NamesConfiguration: Sendable, Hashable {
    /// A DNS server and its port.
    public struct Server: Sendable, Hashable {
        public var address: IPAddress
        public var port: UInt16

        public init(address: IPAddress, port: UInt16 = 53) {
            self.address = address
            self.port = port
        }
    }

    /// DNS servers in the order they are asked; empty: those of the system.
    public var servers: [Server]
    /// Fixed names: `host`, `*.host` (one or more labels before it) or `*`; the host in canonical form.
    public var hosts: [String: [IPAddress]]
    /// How long one server is waited for the first time, in milliseconds; the second time it is twice that.
    public var timeout: Int

    public init(servers: [Server] = [], hosts: [String: [IPAddress]] = [:], timeout: Int = 1500) {
        self.servers = servers
        self.hosts = hosts
        self.timeout = timeout
    }
}

extension NamesConfiguration {
    /// Reads the keys as they are written.
    /// - Parameters:
    ///   - servers: `ip`, `ip:port` or `[ip]:port`.
    ///   - hosts: names as ``hosts`` takes them, in any spelling, to an address.
    /// - Throws: ``RangeError`` naming the value that cannot be read.
    public init(servers: [String], hosts: [String: String]) throws(RangeError) {
        self.init()
        for text in servers {
            guard let server = Server(text) else { throw RangeError(key: "names.servers", value: text) }
            self.servers.append(server)
        }
        for (name, text) in hosts {
            guard let address = IPAddress(text) else { throw RangeError(key: "names.hosts", value: text) }
            guard let canonical = Self.canonical(name) else { throw RangeError(key: "names.hosts", value: name) }
            self.hosts[canonical, default: []].append(address)
        }
    }

    private static func canonical(_ name: String) -> String? {
        if name == "*" { return name }
        let isWildcard = name.hasPrefix("*.")
        guard case .name(let host)? = HostName.canonical((isWildcard ? String(name.dropFirst(2)) : name).utf8) else { return nil }
        return isWildcard ? "*." + host : host
    }
}

extension NamesConfiguration.Server: LosslessStringConvertible {
    /// Reads `ip`, `ip:port` or `[ip]:port`; port 53 where none is written.
    public init?(_ text: String) {
        if let address = IPAddress(text) {
            self.init(address: address)
            return
        }
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let digits = text[text.index(after: colon)...]
        guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = UInt16(digits), port > 0 else { return nil }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() } else if host.contains(":") { return nil }
        guard let address = IPAddress(String(host)) else { return nil }
        self.init(address: address, port: port)
    }

    public var description: String { address.isV4 ? "\(address):\(port)" : "[\(address)]:\(port)" }
}
