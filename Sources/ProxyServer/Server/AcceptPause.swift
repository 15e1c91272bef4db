import NIOCore

/// Stops accepting for a moment when a connection cannot be accepted, as without a free descriptor: the kernel would report the same waiting
/// connection again and again (SECURITY.md D2). A read that failed stays wanted, so holding back further reads is not enough: the listener
/// leaves the poller.
final class AcceptPause: ChannelInboundHandler {
    typealias InboundIn = any Channel

    static let pause = TimeAmount.milliseconds(200)

    private var isPaused = false

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard !isPaused, let options = context.channel.syncOptions else { return }
        isPaused = true
        try? options.setOption(.autoRead, value: false)
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.pause) {
            self.isPaused = false
            try? options.setOption(.autoRead, value: true)
        }
    }
}
