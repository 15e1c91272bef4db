import NIOCore
import PatternMatching
import ProxyProtocols

/// `portal.listen`: one request a connection, answered with the PAC file or 404, then closed. Not a proxy, so not recorded.
final class PlainConnection: StreamOwner {
    private let loop: ProxyLoop
    private let socket: StreamSocket
    private let proxyPort: UInt16
    private var input = ByteBuffer()
    private var reader: RequestHeadReader
    private var hasAnswered = false
    private let left: () -> Void
    private var latest: UInt64?

    /// - Parameter left: told when the connection is closed.
    init(loop: ProxyLoop, socket: StreamSocket, proxyPort: UInt16, left: @escaping () -> Void) {
        self.loop = loop
        self.socket = socket
        self.proxyPort = proxyPort
        self.left = left
        reader = RequestHeadReader(limits: loop.settings.heads, rule: .origin)
        socket.attach(self)
    }

    func begin() {
        let latest = NIODeadline.now() + .seconds(Int64(loop.settings.limits.headSeconds))
        let socket = self.socket
        self.latest = loop.eventLoop.perform(at: latest.uptimeNanoseconds) { socket.close() }
        socket.read()
    }

    func received(_ bytes: ByteBuffer) {
        guard !hasAnswered else { return }
        input.writeImmutableBuffer(bytes)
        switch input.withUnsafeReadableBytes({ reader.read($0) }) {
        case .more: break
        case .refuse(let refusal): answer(SelfMadeReply(refusal), isHead: false)
        case .head(let head, _):
            answer(
                Portal.plainAnswer(
                    method: head.methodText, target: Self.target(head), proxy: proxy, portal: loop.parts.pages.portal, time: loop.now),
                isHead: head.method == .head)
        }
    }

    func readComplete() { socket.read() }

    func inputEnded() { socket.close() }

    func closed(_ error: (any Error)?) {
        if let latest { loop.eventLoop.cancel(latest) }
        left()
    }

    private func answer(_ reply: SelfMadeReply, isHead: Bool) {
        hasAnswered = true
        var reply = reply
        reply.closes = true
        var bytes: [UInt8] = []
        reply.render(isHead: isHead, into: &bytes)
        socket.write(ByteBuffer(bytes: bytes))
        socket.closeOutput()
    }

    private static func target(_ head: RequestHead) -> String {
        switch head.target {
        case .origin(let path), .absolute(_, let path): String(decoding: head.bytes[path], as: UTF8.self)
        case .authority, .asterisk: "*"
        }
    }

    /// The proxy under the address by which this device reached us.
    private var proxy: String {
        guard let ip = socket.localAddress?.address else { return "" }
        return ip.isV4 ? "\(ip):\(proxyPort)" : "[\(ip)]:\(proxyPort)"
    }
}
