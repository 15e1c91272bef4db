import AdminWeb
import Logging
import PolicyStore
import ProxyServer
import VisitStore

/// SIGHUP: the configuration's keys that need no new socket, certificates, the policy file, local lists; the access log is opened again.
actor Reloading {
    /// What can be told something else while it runs.
    struct Parts {
        let descriptors: Int
        let policy: PolicyStore
        let visits: VisitStore
        let proxy: ProxyServer
        let site: AdminSite
        /// nil where the admin site serves without TLS.
        let certificate: AdminCertificate?
        let access: AccessLog
        let log: LineLogHandler.Settings
        let logger: Logger
    }

    private let file: ConfigurationOption
    /// What the process was started with: keys that need a new one differ from this.
    private let started: Configuration
    private let parts: Parts

    init(file: ConfigurationOption, started: Configuration, parts: Parts) {
        self.file = file
        self.started = started
        self.parts = parts
    }

    func reload() async {
        let logger = parts.logger
        do {
            let next = try file.load()
            for key in Self.restartKeys(started, next) { logger.warning("\(key) has changed: restart for it to take effect") }
            try await take(next)
            if let openness = next.proxy.openness { logger.error("\(openness)") }
            logger.info("configuration read")
        } catch {
            for line in Terminal.reason(of: error).split(separator: "\n") { logger.error("configuration not changed: \(line)") }
        }
        let problems = await parts.policy.reload()
        if problems.isEmpty { logger.info("policy and local lists read") }
        for problem in problems { logger.error("policy not changed: \(problem)") }
    }

    /// What may fail comes first: a configuration takes effect as a whole or not at all.
    private func take(_ next: Configuration) async throws {
        var next = next
        (next.data, next.portal) = (started.data, started.portal)
        let tls = try parts.certificate.flatMap { _ in try next.adminTLS() }
        let settings = try next.proxySettings(descriptors: parts.descriptors)
        try await parts.access.write(to: next.log.access)
        try parts.proxy.reload(settings)
        if let tls { parts.certificate?.replace(with: tls) }
        parts.site.answer(to: next.admin.names)
        parts.site.take(connections: next.limits.adminConnections(descriptors: parts.descriptors))
        parts.visits.change(keep: next.visits.keep, whenFull: next.visits.whatWhenFull)
        parts.log.change(to: next.log)
    }

    /// Keys that differ and need a new process.
    static func restartKeys(_ started: Configuration, _ new: Configuration) -> [String] {
        var keys: [String] = []
        func compare<T: Equatable>(_ name: String, _ value: (Configuration) -> T) {
            if value(started) != value(new) { keys.append("`\(name)`") }
        }
        compare("data", \.data)
        compare("policy", \.policy)
        compare("proxy.listen", \.proxy.listen)
        compare("proxy.event-loops", \.proxy.eventLoops)
        compare("admin.listen", \.admin.listen)
        if (started.admin.tls == .off) != (new.admin.tls == .off) { keys.append("`admin.tls`") }
        compare("visits.durability", \.visits.durability)
        compare("visits.timezone", \.visits.timezone)
        compare("portal", \.portal)
        return keys
    }
}
