import NIOCore

/// One connection to an origin, on the loop of whom it works for. Reads only while its owner wants bytes.
///
/// `@unchecked Sendable`: touched on its event loop only.
final class UpstreamConnection: ChannelInboundHandler, @unchecked Sendable {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    let key: UpstreamKey
    /// Set while an exchange or tunnel uses it; nil in the pool.
    var owner: (any UpstreamOwner)?
    /// Steady milliseconds at which it was put into the pool.
    var idleSince: Int64 = 0
    /// Whether it served an exchange before.
    var isReused = false
    /// Whether bytes may be read now.
    var wantsRead = true {
        didSet { if wantsRead, !oldValue { context?.read() } }
    }
    private let loop: ProxyLoop
    private var context: ChannelHandlerContext?
    private var failure: (any Error)?
    private(set) var isOpen = true
    private var hasEnded = false

    init(key: UpstreamKey, loop: ProxyLoop) {
        self.key = key
        self.loop = loop
    }

    var isWritable: Bool { context?.channel.isWritable ?? false }
    /// Bytes written and not yet taken by the kernel.
    var unsent: Int { context.flatMap { try? $0.channel.syncOptions?.getOption(.bufferedWritableBytes) } ?? 0 }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelActive(context: ChannelHandlerContext) { if wantsRead { context.read() } }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let owner else {
            // Bytes nobody asked for: never to be taken for the next reply.
            return close()
        }
        owner.upstreamReceived(unwrapInboundIn(data))
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        owner?.upstreamReadComplete()
        if wantsRead { context.read() }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        owner?.upstreamWritabilityChanged(context.channel.isWritable)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard let event = event as? ChannelEvent, event == .inputClosed else { return }
        hasEnded = true
        if let owner { owner.upstreamEnded() } else { close() }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        failure = failure ?? error
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        isOpen = false
        loop.upstreamGone(self)
        let owner = self.owner
        self.owner = nil
        owner?.upstreamClosed(failure)
    }

    func write(_ bytes: ByteBuffer) { context?.write(wrapOutboundOut(bytes), promise: nil) }

    func flush() { context?.flush() }

    /// Sends FIN behind what was written.
    func closeOutput() {
        guard let context else { return }
        if hasEnded {
            // A half-close would now close all and lose what is still unsent.
            context.writeAndFlush(wrapOutboundOut(ByteBuffer())).assumeIsolated().whenComplete { _ in context.close(promise: nil) }
        } else {
            context.flush()
            context.close(mode: .output, promise: nil)
        }
    }

    func close() {
        owner = nil
        context?.close(promise: nil)
    }
}
