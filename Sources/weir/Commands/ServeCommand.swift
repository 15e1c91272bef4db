import AdminWeb
import ArgumentParser
import Foundation
import Logging
import NIOConcurrencyHelpers
import NIOPosix
import PolicyStore
import ServiceLifecycle
import UnixSignals

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Run: the proxy, the recorder and the admin site.",
        discussion: """
            SIGTERM and SIGINT drain: no new connections, at most 10 seconds for what runs, everything recorded.
            SIGHUP reads the configuration, the policy file and local lists again.
            """)

    /// How long what runs may take to end.
    private static let drainSeconds = 10

    @OptionGroup var configuration: ConfigurationOption

    func run() async throws {
        let settings = try configuration.load()
        LoggingSystem.bootstrap { label in
            LineLogHandler(logLevel: Logger.Level(rawValue: settings.log.level) ?? .info, label: label, format: settings.log.format)
        }
        let logger = Logger(label: "weir")
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup)
        let server = try await Server(settings, file: configuration, logger: logger)
        let control = try await ControlServer.start(data: settings.data, group: MultiThreadedEventLoopGroup.singleton) { request in
            await ControlAnswers(server: server).answer(request)
        }
        let keeping = Task { await server.policy.run() }
        let access = try AccessLog.start(settings.log.access, visits: server.visits)
        let services = Server.services([server.site], logger: logger)
        let state = NIOLockedValueBox(Ending())
        // An admin site that cannot bind is a start that failed, not a proxy without one.
        let admin = Task {
            do {
                try await services.run()
            } catch {
                guard !state.withLockedValue({ $0.isDraining }) else { return }
                logger.critical("admin site: \(Terminal.reason(of: error))")
                state.withLockedValue { $0.hasFailed = true }
                kill(getpid(), SIGTERM)
            }
        }
        await announce(server, logger)
        for await signal in signals {
            if signal == .sighup {
                await server.reloading.reload()
            } else {
                logger.info("\(signal): draining")
                break
            }
        }
        state.withLockedValue { $0.isDraining = true }
        Self.endAnyway()
        await server.stop(seconds: Self.drainSeconds)
        keeping.cancel()
        await services.triggerGracefulShutdown()
        // The store has closed, so the stream of visits ends: the file gets the last of them.
        await access?.value
        await control.stop()
        await admin.value
        logger.info("stopped")
        if state.withLockedValue({ $0.hasFailed }) { throw ExitCode(1) }
    }

    private struct Ending {
        var isDraining = false
        var hasFailed = false
    }

    /// Whatever hangs: the process ends. By then everything is recorded, or at least in the journal.
    private static func endAnyway() {
        DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(drainSeconds + 5)) { _exit(1) }
    }

    private func announce(_ server: Server, _ logger: Logger) async {
        logger.info("proxy on \(server.boundProxy.map(\.text).joined(separator: ", "))")
        let scheme = server.admin.tls == nil ? "http" : "https"
        let listen = server.configuration.admin.listen
        logger.info("admin site on \(listen.map { "\(scheme)://\($0)/" }.joined(separator: ", "))")
        do {
            guard let token = try server.policy.accounts.setupToken() else { return }
            let port = listen.first?.port ?? 8_080
            let link = "\(scheme)://127.0.0.1:\(port)/setup?token=\(token)"
            Terminal.complain("\nNobody has an account yet. Within 15 minutes, open\n\n    \(link)\n")
        } catch {
            logger.error("no set-up link: \(Terminal.reason(of: error))")
        }
    }
}
