import NIOCore
import NIOHTTPTypes

/// Takes a connection's place, and gives it its time: the first head, with the TLS handshake before it, and each request's body are awaited for
/// so long and no longer, however many bytes come meanwhile; a reply is kept for whoever takes some of it. How long it may wait between requests
/// is Hummingbird's own idle time.
///
/// Its place is told whose turn it is: while the other side's is awaited, be it a request, a body or its reading, it may have to give way.
final class PlaceHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// Requests read and not yet answered. Browsers send one after the other; of a stream of them everything that one reading brings would be
    /// decoded and kept.
    static let mostAsked = 8
    /// Bytes that the system holds for a connection beyond those under way: with more, a slow reader's progress would be seen in leaps.
    private static let unsent = 128 << 10
    /// Linux's TCP_NOTSENT_LOWAT.
    private static let unsentOption = NIOBSDSocket.Option(rawValue: 25)
    /// Few bytes wait here beside those: when a reply has been written to its end, a slow reader takes the rest within the time between requests.
    private static let mostHeld = ChannelOptions.Types.WriteBufferWaterMark(low: 8 << 10, high: 16 << 10)

    private let places: SitePlaces
    private let times: PlaceTimes
    private var number: UInt64?
    /// Requests read, and not yet answered to their end.
    private var asked = 0
    private var awaitsBody = false
    /// Too much was asked: what is decoded from now on goes nowhere.
    private var isCut = false
    private var deadline: Scheduled<Void>?
    /// What the other side has not taken, while there is more than the channel likes to hold.
    private var untaken: UntakenReply?
    private var look: Scheduled<Void>?

    init(places: SitePlaces, times: PlaceTimes = PlaceTimes()) {
        self.places = places
        self.times = times
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let channel = context.channel
        number = places.enter(from: AdminContext.address(channel.remoteAddress)) { channel.close(promise: nil) }
        try? channel.syncOptions?.setOption(.tcpOption(Self.unsentOption), value: Self.unsent)
        try? channel.syncOptions?.setOption(.writeBufferWaterMark, value: Self.mostHeld)
        allow(times.head, context)
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
        guard !isCut else { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            guard asked < Self.mostAsked else {
                isCut = true
                context.close(promise: nil)
                return
            }
            asked += 1
            awaitsBody = true
            allow(times.body(length: head.headerFields[.contentLength]), context)
        case .body: tellTurn()
        case .end:
            awaitsBody = false
            stopWaiting()
            tellTurn()
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data), asked > 0 {
            asked -= 1
            tellTurn()
        }
        context.write(data, promise: promise)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable {
            stopLooking()
            tellTurn()
        } else if untaken == nil, number != nil {
            untaken = UntakenReply(bytes: Self.held(context))
            lookLater(context)
        }
        context.fireChannelWritabilityChanged()
    }

    /// Ours only while everything asked for has come, and what is answered is being read.
    private func tellTurn() {
        guard let number else { return }
        let isTheirs = asked == 0 || (asked == 1 && awaitsBody) || untaken?.isStill == true
        if isTheirs { places.waits(number) } else { places.asks(number) }
    }

    private func lookLater(_ context: ChannelHandlerContext) {
        look = context.eventLoop.assumeIsolated().scheduleTask(in: times.look) { self.lookNow(context) }
    }

    private func lookNow(_ context: ChannelHandlerContext) {
        guard let wasStill = untaken?.isStill else { return }
        guard untaken?.look(bytes: Self.held(context)) == true else { return context.close(promise: nil) }
        // Whoever stays still has been waited for since the first look that found him so.
        if untaken?.isStill != wasStill { tellTurn() }
        lookLater(context)
    }

    private static func held(_ context: ChannelHandlerContext) -> Int {
        (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
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

    private func stopLooking() {
        untaken = nil
        look?.cancel()
        look = nil
    }

    private func leave() {
        stopWaiting()
        stopLooking()
        if let number { places.leave(number) }
        number = nil
    }
}

@available(*, unavailable) extension PlaceHandler: Sendable {}
