import NIOCore
import ProxyProtocols

/// Answers a connection over a limit with 503 at once and closes it; nothing it sends is read for longer than its reply takes to arrive.
final class OverloadReply: StreamOwner {
    /// How many are answered at once on a loop, and on all together. Few: their descriptors come out of those kept beside the connections, and
    /// no more are kept for them than that, however many loops there are.
    static let most = 4
    static let mostOfAll = 32

    private let loop: ProxyLoop
    private let socket: StreamSocket

    static let reply: ByteBuffer = {
        var bytes: [UInt8] = []
        SelfMadeReply(
            status: 503, code: "connection-limit", error: .connectionLimit, closes: true, contentType: "text/plain; charset=utf-8",
            body: Array("Too many connections\n".utf8), fields: [("Retry-After", "1")]
        ).render(into: &bytes)
        return ByteBuffer(bytes: bytes)
    }()

    init(loop: ProxyLoop, socket: StreamSocket) {
        self.loop = loop
        self.socket = socket
        loop.refusing += 1
        socket.attach(self)
    }

    func begin() {
        socket.write(Self.reply)
        socket.closeOutput()
        socket.read()
        let latest = NIODeadline.now() + .milliseconds(500)
        let socket = self.socket
        _ = loop.eventLoop.perform(at: latest.uptimeNanoseconds) { socket.close() }
    }

    func received(_ bytes: ByteBuffer) {}

    func readComplete() { socket.read() }

    func inputEnded() { socket.close() }

    func closed(_ error: (any Error)?) {
        loop.refusing -= 1
        loop.parts.refusals.leave()
    }
}
