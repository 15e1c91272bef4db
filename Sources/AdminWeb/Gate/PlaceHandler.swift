import NIOCore
import NIOHTTPTypes

/// Takes a connection's place, and gives it its time: the first head, with the TLS handshake before it, and each request's body are awaited for
/// so long and no longer, however many bytes come meanwhile. How long it may wait between requests is Hummingbird's own idle time.
final class PlaceHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    static let headTime = TimeAmount.seconds(10)
    static let bodyTime = TimeAmount.seconds(120)

    private let places: SitePlaces
    private var number: UInt64?
    /// Requests read, and not yet answered to their end.
    private var asked = 0
    private var deadline: Scheduled<Void>?

    init(places: SitePlaces) { self.places = places }

    func handlerAdded(context: ChannelHandlerContext) {
        let channel = context.channel
        number = places.enter(from: AdminContext.address(channel.remoteAddress)) { channel.close(promise: nil) }
        allow(Self.headTime, context)
        if number == nil, context.channel.isActive { context.close(promise: nil) }
    }

    func handlerRemoved(context: ChannelHandlerContext) { leave() }

    func channelActive(context: ChannelHandlerContext) {
        if number == nil { context.close(promise: nil) }
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        leave()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            asked += 1
            if let number { places.asks(number) }
            allow(Self.bodyTime, context)
        case .body: break
        case .end: stopWaiting()
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) {
            asked -= 1
            if asked == 0, let number { places.waits(number) }
        }
        context.write(data, promise: promise)
    }

    private func allow(_ time: TimeAmount, _ context: ChannelHandlerContext) {
        stopWaiting()
        let channel = context.channel
        deadline = context.eventLoop.scheduleTask(in: time) { channel.close(promise: nil) }
    }

    private func stopWaiting() {
        deadline?.cancel()
        deadline = nil
    }

    private func leave() {
        stopWaiting()
        if let number { places.leave(number) }
        number = nil
    }
}

@available(*, unavailable) extension PlaceHandler: Sendable {}
