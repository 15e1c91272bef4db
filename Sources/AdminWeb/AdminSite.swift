import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOConcurrencyHelpers
public import NIOCore
import NIOPosix
public import ServiceLifecycle

/// The admin site: pages and JSON API on its own listeners and its own event loop, never on one of the proxy's.
///
/// A service: `run()` serves until its task is cancelled or the service group it runs in shuts down gracefully.
public final class AdminSite: Service {
    private let configuration: AdminConfiguration
    private let site: Site
    private let places: SitePlaces
    private let bound = NIOLockedValueBox<[Int: SocketAddress]>([:])

    /// Compiles templates and message catalogues.
    /// - Throws: what is wrong with which file of the asset catalogue.
    public init(configuration: AdminConfiguration, dependencies: AdminDependencies) throws {
        self.configuration = configuration
        places = SitePlaces(most: configuration.mostConnections)
        site = try Site(configuration: configuration, dependencies: dependencies)
    }

    /// The addresses listened on, in the order configured; those not yet bound are left out.
    public var addresses: [SocketAddress] {
        bound.withLockedValue { bound in bound.sorted { $0.key < $1.key }.map(\.value) }
    }

    /// From now on answers to these host names, beside its addresses.
    public func answer(to names: [String]) { site.answer(to: names) }

    /// From now on takes so many connections at once.
    public func take(connections: Int) { places.change(most: connections) }

    /// Serves; without a listener it only waits to be ended.
    /// - Throws: ``AdminListenError`` where an address cannot be bound.
    public func run() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        site.readers.start()
        do {
            try await serve(on: group)
        } catch {
            try await stop(group)
            throw error
        }
        try await stop(group)
    }

    private func stop(_ group: MultiThreadedEventLoopGroup) async throws {
        site.rehearsals.stopAll()
        try await site.readers.shutdownGracefully()
        try await group.shutdownGracefully()
    }

    private func serve(on group: MultiThreadedEventLoopGroup) async throws {
        let gate = Gate(site: site)
        let responder = gate.router(Routes.all).buildResponder()
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for (index, listener) in configuration.listen.enumerated() {
                let application = Application(
                    responder: responder, server: try server(),
                    configuration: ApplicationConfiguration(
                        address: .hostname(listener.host, port: listener.port)),
                    onServerRunning: { [bound] channel in
                        bound.withLockedValue { $0[index] = channel.localAddress }
                    }, eventLoopGroupProvider: .shared(group), logger: site.dependencies.logger)
                tasks.addTask {
                    do {
                        try await application.run()
                    } catch let error as IOError {
                        throw AdminListenError(listener: listener, code: error.errnoCode)
                    }
                }
            }
            if configuration.listen.isEmpty { tasks.addTask { try await gracefulShutdown() } }
            // One listener gone is the site gone: the others must not go on half-alive.
            try await tasks.next()
            // When all are asked to stop, each may finish what it is answering.
            if !Task.isShuttingDownGracefully { tasks.cancelAll() }
            try await tasks.waitForAll()
        }
    }

    private func server() throws -> HTTPServerBuilder {
        let plain = HTTPServerBuilder.http1(
            configuration: .init(
                additionalChannelHandlers: [PlaceHandler(places: self.places)], idleTimeout: .seconds(60),
                httpDecoderConfiguration: .init(maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 32 << 10, maxHeaderFieldCount: 100)))
        guard let tls = configuration.tls else { return plain }
        return try .tls(plain, tlsConfiguration: tls)
    }
}
