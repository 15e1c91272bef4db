import Logging
import PolicyStore
import ProxyServer

/// SIGHUP: the configuration's keys that need no new socket, the policy file, local lists.
actor Reloading {
    private let file: ConfigurationOption
    private var running: Configuration
    private let descriptors: Int
    private let policy: PolicyStore
    private let proxy: ProxyServer
    private let logger: Logger

    init(
        file: ConfigurationOption, running: Configuration, descriptors: Int, policy: PolicyStore, proxy: ProxyServer, logger: Logger
    ) {
        self.file = file
        self.running = running
        self.descriptors = descriptors
        self.policy = policy
        self.proxy = proxy
        self.logger = logger
    }

    func reload() async {
        do {
            let next = try file.load()
            for key in Self.restartKeys(running, next) { logger.warning("\(key) has changed: restart for it to take effect") }
            try proxy.reload(try next.proxySettings(descriptors: descriptors))
            running = next
            logger.info("configuration read")
        } catch {
            for line in "\(error)".split(separator: "\n") { logger.error("configuration not changed: \(line)") }
        }
        let problems = await policy.reload()
        if problems.isEmpty { logger.info("policy and local lists read") }
        for problem in problems { logger.error("policy not changed: \(problem)") }
    }

    /// Keys that differ and need a new process.
    static func restartKeys(_ old: Configuration, _ new: Configuration) -> [String] {
        var keys: [String] = []
        func compare<T: Equatable>(_ name: String, _ value: (Configuration) -> T) {
            if value(old) != value(new) { keys.append("`\(name)`") }
        }
        compare("data", \.data)
        compare("policy", \.policy)
        compare("proxy.listen", \.proxy.listen)
        compare("proxy.event-loops", \.proxy.eventLoops)
        compare("admin", \.admin)
        compare("visits", \.visits)
        compare("portal", \.portal)
        compare("log", \.log)
        return keys
    }
}
