import Foundation
import NIOCore

/// One connection to `data/control`: reads a line, has it answered, writes the reply and closes.
final class ControlHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// A policy document and its wrapping fit.
    private static let longest = 16 * 1024 * 1024

    private let answer: @Sendable (ControlRequest) async -> ControlReply
    private var received = ByteBuffer()
    private var answered = false

    init(answer: @escaping @Sendable (ControlRequest) async -> ControlReply) { self.answer = answer }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var chunk = unwrapInboundIn(data)
        guard !answered else { return }
        received.writeBuffer(&chunk)
        guard let end = received.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) else {
            if received.readableBytes > Self.longest { context.close(promise: nil) }
            return
        }
        answered = true
        let line = Data(received.readableBytesView[..<end])
        let channel = context.channel
        let answer = answer
        Task {
            let reply: ControlReply
            if let request = try? JSONDecoder().decode(ControlRequest.self, from: line) {
                reply = await answer(request)
            } else {
                reply = ControlReply(error: "the request is not understood; is the command of the same version as the server?")
            }
            let bytes = (try? JSONEncoder().encode(reply)) ?? Data()
            try? await channel.writeAndFlush(ByteBuffer(bytes: bytes))
            try? await channel.close()
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
