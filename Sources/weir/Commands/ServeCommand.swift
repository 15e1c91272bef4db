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
            SIGHUP reads the configuration, certificates, the policy file and local lists again, and opens the access log anew.
            SIGUSR2 hands over to a new process of the program file, with no connection refused: the new one takes what comes in, this one ends
            what runs, at most 10 seconds, and goes. Sockets of a systemd unit (`weir.socket`) are taken instead of binding.
            """)

    /// How long what runs may take to end.
    private static let drainSeconds = 10
    /// How long a successor may take for each step of its start.
    private static let startSeconds = 30

    @OptionGroup var configuration: ConfigurationOption

    func run() async throws {
        let settings = try configuration.load()
        let log = LineLogHandler.Settings(settings.log)
        LoggingSystem.bootstrap { LineLogHandler(label: $0, settings: log) }
        // Whoever reads the log may go: a failed write is no reason to end.
        signal(SIGPIPE, SIG_IGN)
        let logger = Logger(label: "weir")
        Successor.prepare()
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup, .sigusr2)
        let predecessor = Successor.Predecessor()
        let server = try await Server(settings, file: configuration, predecessor: predecessor, log: log, logger: logger)
        let control = try await ControlServer.start(data: settings.data, group: MultiThreadedEventLoopGroup.singleton) { request in
            await ControlAnswers(server: server).answer(request)
        }
        let keeping = Task { await server.policy.run() }
        let services = Server.services([server.site], logger: logger)
        let state = NIOLockedValueBox(Ending())
        // An admin site that cannot bind is a start that failed, not a proxy without one.
        let admin = Task {
            do {
                try await services.run()
            } catch {
                guard !state.withLockedValue({ $0.isDraining }) else { return }
                logger.critical("\(error is AdminListenError ? "\(error)" : "admin site: \(Terminal.reason(of: error))")")
                state.withLockedValue { $0.hasFailed = true }
                kill(getpid(), SIGTERM)
            }
        }
        await announce(server, logger)
        predecessor?.go()
        ServiceNotice.send("READY=1")
        let watchdog = ServiceNotice.watch { _ = await server.proxy.counters() }
        let isHandingOver = await wait(for: signals, server, logger)
        state.withLockedValue { $0.isDraining = true }
        if !isHandingOver {
            ServiceNotice.send("STOPPING=1")
            Self.endAnyway()
            await server.stop(seconds: Self.drainSeconds)
        }
        keeping.cancel()
        await services.triggerGracefulShutdown()
        if isHandingOver { await letGo(server, logger) }
        // The store has closed, so the stream of visits ends: the file gets the last of them.
        await server.access.finish()
        await control.stop()
        await admin.value
        watchdog?.cancel()
        if isHandingOver { await handOver(server, logger) }
        logger.info("stopped")
        if state.withLockedValue({ $0.hasFailed }) { throw ExitCode(1) }
    }

    /// - Returns: whether a successor is to take over; else the process ends.
    private func wait(for signals: UnixSignalsSequence, _ server: Server, _ logger: Logger) async -> Bool {
        for await signal in signals {
            switch signal {
            case .sighup: await server.reloading.reload()
            case .sigusr2:
                do {
                    // What a successor would not start with is found out while nothing is given up yet.
                    _ = try configuration.load()
                    logger.info("handing over to a new process")
                    return true
                } catch {
                    for line in "\(error)".split(separator: "\n") { logger.error("not handed over: \(line)") }
                }
            default:
                logger.info("\(signal): draining")
                return false
            }
        }
        return false
    }

    /// The database is the successor's from here on. Where that cannot be, this process ends first.
    private func letGo(_ server: Server, _ logger: Logger) async {
        do {
            try server.visits.handOver()
        } catch {
            logger.critical("visits not handed over, draining first: \(Terminal.reason(of: error))")
            await server.stop(seconds: Self.drainSeconds)
        }
    }

    /// Everything a successor needs for itself is given up; the proxy still serves, until the successor is about to accept.
    private func handOver(_ server: Server, _ logger: Logger) async {
        server.lock.release()
        let sockets = server.proxy.sockets
        var hasSuccessor = false
        do {
            let successor = try Successor.start(sockets: sockets)
            ServiceNotice.send("MAINPID=\(successor.process)")
            hasSuccessor = await successor.takesOver(within: Self.startSeconds) { await server.proxy.pauseListening() }
            if !hasSuccessor {
                kill(successor.process, SIGKILL)
                ServiceNotice.send("MAINPID=\(getpid())")
                logger.critical("the new process did not start: going on with the program as it was")
            }
        } catch {
            logger.critical("no new process: \(Terminal.reason(of: error))")
        }
        let kept = hasSuccessor ? [] : sockets.compactMap { $0.kept() }
        Self.endAnyway()
        await server.stop(seconds: Self.drainSeconds)
        if !hasSuccessor { Successor.startAnew(sockets: kept) }
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
        guard let first = listen.first else { return logger.info("no admin site: `admin.listen` is empty") }
        logger.info("admin site on \(listen.map { "\(scheme)://\($0)/" }.joined(separator: ", "))")
        do {
            guard let token = try server.policy.accounts.setupToken() else { return }
            let link = "\(scheme)://\(first.reachable)/setup?token=\(token)"
            if server.configuration.log.format == .json {
                // A program reads the log: the link is a line of it, whatever its level.
                var loud = logger
                loud.logLevel = .notice
                return loud.notice("nobody has an account yet: within 15 minutes, open \(link)")
            }
            Terminal.note("\nNobody has an account yet. Within 15 minutes, open\n\n    \(link)\n\n")
        } catch {
            logger.error("no set-up link: \(Terminal.reason(of: error))")
        }
    }
}
