import NIOCore
import ProxyProtocols

/// Answers a connection over a limit with 503 at once and closes it; nothing it sends is read for longer than its reply takes to arrive.
final class OverloadHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// How many are answered at once on a loop. Few: their descriptors come out of those kept for the admin site and the databases.
    static let most = 4

    private let loop: ProxyLoop

    init(loop: ProxyLoop) { self.loop = loop }

    private static let reply: [UInt8] = {
        var bytes: [UInt8] = []
        SelfMadeReply(
            status: 503, code: "connection-limit", error: .connectionLimit, closes: true, contentType: "text/plain; charset=utf-8",
            body: Array("Too many connections\n".utf8), fields: [("Retry-After", "1")]
        ).render(into: &bytes)
        return bytes
    }()

    func handlerAdded(context: ChannelHandlerContext) { loop.refusing += 1 }

    func handlerRemoved(context: ChannelHandlerContext) { loop.refusing -= 1 }

    func channelActive(context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: Self.reply)), promise: nil)
        context.close(mode: .output, promise: nil)
        context.read()
        context.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(500)) { context.close(promise: nil) }
    }

    func channelReadComplete(context: ChannelHandlerContext) { context.read() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
