import AdminWeb
import Glibc
import NIOSSL
import PatternMatching
import ProxyServer
import VisitStore

extension Configuration {
    /// The proxy's part as the proxy takes it.
    /// - Parameter descriptors: how many descriptors this process may open: the number of connections is cut to what fits.
    /// - Throws: `RangeError` for a name or address that cannot be read.
    func proxySettings(descriptors: Int) throws -> ProxyConfiguration {
        var settings = ProxyConfiguration()
        settings.listen = proxy.listen.compactMap(\.listener)
        settings.allowClients = proxy.allowClients
        settings.connectPorts = proxy.connectPorts
        settings.httpPorts = proxy.httpPorts
        settings.authentication = proxy.authentication == .basic ? .basic : .off
        settings.trustedPeers = proxy.trustedPeers
        settings.eventLoops = proxy.eventLoops
        settings.via = proxy.via
        settings.trace = proxy.trace
        switch proxy.forwardedFor {
        case .off: settings.forwardedFor = .off
        case .on: settings.forwardedFor = .on
        case .delete: settings.forwardedFor = .delete
        }
        settings.egressDeny = egress.deny
        settings.egressAllow = egress.allow.map(\.description)
        settings.names = try NamesConfiguration(servers: names.servers.map(\.description), hosts: names.hosts.mapValues(\.description))
        settings.portalName = portal.name
        settings.portalListen = portal.listen.compactMap(\.listener)
        settings.limits = limits.proxyLimits(descriptors: descriptors)
        return settings
    }

    /// How visits are kept.
    func visitOptions(data: String, zone: ReportingZone) -> VisitStoreOptions {
        VisitStoreOptions(
            directory: data, durability: visits.durability == .strict ? .strict : .standard, whenFull: visits.whatWhenFull,
            keep: visits.keep, zone: zone)
    }

    /// The admin site's side of TLS; nil for plain HTTP.
    /// - Throws: a sentence naming the file that cannot be used.
    func adminTLS() throws -> TLSConfiguration? {
        switch admin.tls {
        case .off: nil
        case .selfSigned: try SelfSignedCertificate(data: data).configuration(names: admin.names, addresses: admin.listen.map(\.host))
        case .files(let certificate, let key): try SelfSignedCertificate.read(certificate: certificate, key: key)
        }
    }
}

extension Configuration.Visits {
    var whatWhenFull: VisitStoreOptions.WhenFull { whenFull == .serveAndCount ? .serveAndCount : .recordOrBlock }

    var keep: VisitStoreOptions.Keep { .init(rawDays: keepRaw, hourlyDays: keepHourly, dailyDays: keepDaily) }
}

extension Configuration.Limits {
    /// Descriptors kept: 48 for the admin site's connections, 16 for databases and lists at work, 64 for what is open from the start (listeners,
    /// pollers, journal, database), 32 for connections being refused, and those of questions to name servers.
    static let reservedDescriptors = 160 + NameResolver.mostSockets
    static let reservedForAdmin = 48

    /// Connections the admin site may have: what is kept for it, and more where the proxy's own can never need it.
    func adminConnections(descriptors: Int) -> Int {
        let kept = Self.reservedDescriptors - Self.reservedForAdmin
        let rest = descriptors - proxyLimits(descriptors: descriptors).connections - kept
        return min(AdminConfiguration.usualConnections, max(Self.reservedForAdmin, rest))
    }

    func proxyLimits(descriptors: Int) -> ProxyLimits {
        var limits = ProxyLimits()
        limits.connections = min(connections, max(16, descriptors - Self.reservedDescriptors))
        limits.connectionsPerClient = connectionsPerClient
        limits.headBytes = headBytes
        limits.headFields = headFields
        limits.fieldBytes = fieldBytes
        limits.targetBytes = targetBytes
        limits.headSeconds = headSeconds
        limits.idleSeconds = idleSeconds
        limits.connectSeconds = connectSeconds
        limits.responseSeconds = responseSeconds
        limits.tunnelIdleSeconds = tunnelIdleSeconds
        return limits
    }
}

extension Endpoint {
    var listener: ListenerAddress? {
        guard let address = IPAddress(host), let port = UInt16(exactly: port) else { return nil }
        return ListenerAddress(address: address, port: port)
    }
}

enum Descriptors {
    /// Raises the soft limit of open files to the hard one.
    /// - Returns: how many this process may have open.
    static func raise() -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1_024 }
        // The kernel refuses more than fs.nr_open; a million sockets are beyond any machine this runs on.
        limit.rlim_cur = min(limit.rlim_max, 1_048_576)
        _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        _ = getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return Int(clamping: limit.rlim_cur)
    }
}
