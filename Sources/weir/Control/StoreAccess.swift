import Foundation
import Logging
import PatternMatching
import PolicyStore
import ProxyServer

/// Has a command done by the server that holds the data directory, or here, with its lock, where none runs.
struct StoreAccess {
    let configuration: Configuration

    func perform(_ command: String, _ arguments: [String: String] = [:]) async throws -> String {
        if let answer = try ControlClient(data: configuration.data).ask(command, arguments) { return answer }
        try DataOwner.become(configuration.data)
        let lock = try DataDirectory(configuration.data)
        defer { withExtendedLifetime(lock) {} }
        let policy = try await openPolicy()
        guard let answer = try await StoreOperations(policy: policy).perform(ControlRequest(command: command, arguments: arguments)) else {
            throw Terminal.Failure("no server runs with data in \(configuration.data)")
        }
        return answer
    }

    /// For who holds the data directory's lock.
    func openPolicy() async throws -> PolicyStore {
        // Only what went wrong is for the terminal of a command.
        let logger = Logger(label: "weir") { LineLogHandler(logLevel: .error, label: $0, format: .text) }
        return try await PolicyStore.open(
            directory: configuration.data, policyFile: configuration.policy, fetcher: try Self.fetcher(configuration),
            compiler: ChildListCompiler.own(data: configuration.data), zones: SystemZones(), clock: WallClock.now, logger: logger)
    }

    private static func fetcher(_ configuration: Configuration) throws -> ListFetcher {
        let gate = try FetchGate(configuration: try configuration.proxySettings(descriptors: 1_024))
        return ListFetcher { host, port in try await gate.allowedAddress(of: host, port: port) }
    }
}
