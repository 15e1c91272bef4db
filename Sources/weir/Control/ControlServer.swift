import Glibc
import NIOCore
import NIOPosix

/// Listens on `data/control` (a Unix socket that only its owner may use).
struct ControlServer: Sendable {
    private let channel: any Channel
    private let path: String

    /// - Throws: where the socket cannot be made.
    static func start(
        data: String, group: any EventLoopGroup, answer: @escaping @Sendable (ControlRequest) async -> ControlReply
    ) async throws -> ControlServer {
        let path = data + "/control"
        // The data directory's lock is ours, so whatever lies here belongs to a server that is gone.
        unlink(path)
        let channel = try await ServerBootstrap(group: group)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ControlHandler(answer: answer))
                }
            }
            .bind(unixDomainSocketPath: path).get()
        chmod(path, 0o600)
        return ControlServer(channel: channel, path: path)
    }

    func stop() async {
        try? await channel.close()
        unlink(path)
    }
}
