import NIOCore
import PatternMatching
import ProxyProtocols

/// `portal.listen`: one request a connection, answered with the PAC file or 404, then closed. Not a proxy, so not recorded.
final class PlainListenerHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let loop: ProxyLoop
    private let proxyPort: UInt16
    private var input = ByteBuffer()
    private var reader: RequestHeadReader
    private var hasAnswered = false
    private var deadline: Scheduled<Void>?

    init(loop: ProxyLoop, proxyPort: UInt16) {
        self.loop = loop
        self.proxyPort = proxyPort
        reader = RequestHeadReader(limits: loop.settings.heads, rule: .origin)
    }

    func handlerRemoved(context: ChannelHandlerContext) { loop.parts.sockets.leave() }

    func channelActive(context: ChannelHandlerContext) {
        let seconds = Int64(loop.settings.limits.headSeconds)
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: .seconds(seconds)) { context.close(promise: nil) }
        guard let peer = context.remoteAddress?.ip, loop.settings.allowed.contains(peer) else { return context.close(promise: nil) }
        context.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !hasAnswered else { return }
        var bytes = unwrapInboundIn(data)
        input.writeBuffer(&bytes)
        switch input.withUnsafeReadableBytes({ reader.read($0) }) {
        case .more: break
        case .refuse(let refusal): answer(SelfMadeReply(refusal), isHead: false, context)
        case .head(let head, _):
            answer(
                Portal.plainAnswer(
                    method: head.methodText, target: Self.target(head), proxy: proxy(context), portal: loop.parts.pages.portal,
                    time: loop.now), isHead: head.method == .head, context)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) { context.read() }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? ChannelEvent, event == .inputClosed { context.close(promise: nil) }
    }

    func channelInactive(context: ChannelHandlerContext) { deadline?.cancel() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func answer(_ reply: SelfMadeReply, isHead: Bool, _ context: ChannelHandlerContext) {
        hasAnswered = true
        var reply = reply
        reply.closes = true
        var bytes: [UInt8] = []
        reply.render(isHead: isHead, into: &bytes)
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
        context.close(mode: .output, promise: nil)
    }

    private static func target(_ head: RequestHead) -> String {
        switch head.target {
        case .origin(let path), .absolute(_, let path): String(decoding: head.bytes[path], as: UTF8.self)
        case .authority, .asterisk: "*"
        }
    }

    /// The proxy under the address by which this device reached us.
    private func proxy(_ context: ChannelHandlerContext) -> String {
        guard let ip = context.localAddress?.ip else { return "" }
        return ip.isV4 ? "\(ip):\(proxyPort)" : "[\(ip)]:\(proxyPort)"
    }
}
