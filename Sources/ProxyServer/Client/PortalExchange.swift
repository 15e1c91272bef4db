import NIOCore
import PatternMatching
import PolicyCore
import ProxyProtocols
import Visits

/// A request for the portal's name: its body is collected, then the portal answers.
final class PortalExchange {
    static let mostBody = 65_536

    /// Holds this as its stage until the answer is on its way, or it has gone.
    private let client: ClientConnection
    private let request: PendingRequest
    private let passage: Passage
    private var body: BodyReader
    private var collected: [UInt8] = []
    private let deadline: Int64

    init(client: ClientConnection, request: PendingRequest, passage: Passage) {
        self.client = client
        self.request = request
        self.passage = passage
        body = BodyReader(request.head.framing, side: .request, output: .payload, limits: client.loop.settings.heads)
        deadline = client.loop.steady + Int64(client.loop.settings.limits.headSeconds) * 1_000
    }

    func start() {
        client.wake(by: deadline)
        if request.head.expectContinue {
            client.write(ByteBuffer(bytes: SelfMadeReply.continues))
            client.flush()
        }
        received()
    }

    /// Takes what has come of the body.
    func received() {
        let end = BodyPump.run(&body, over: &client.input) { collected.append(contentsOf: $0.readableBytesView) }
        if collected.count > Self.mostBody { return refuse(Refusal(status: 413, code: "body-too-large", detail: "a form is small")) }
        switch end {
        case .more: return
        case .refused(let refusal): refuse(refusal)
        case .end: answer()
        }
    }

    private func answer() {
        let loop = client.loop
        guard let snapshot = loop.snapshot else { return refuse(Refusal(status: 503, code: "no-policy")) }
        let head = request.head
        let asked = PortalRequest(
            method: head.methodText, target: request.path ?? "/", body: collected, contentType: head.text(of: .contentType),
            origin: head.text(of: .origin), hints: PageHints(head), identity: passage.identity, user: request.asker.user,
            proxy: client.proxyAddress, time: request.time)
        let reply = loop.parts.portal.answer(asked, snapshot: snapshot)
        client.answer(reply, to: request, passage, .complete, unread: body)
    }

    private func refuse(_ refusal: Refusal) {
        let reply = client.loop.parts.pages.refused(refusal, PageHints(request.head), time: client.loop.now)
        client.answer(reply, to: request, passage, .rejected, reason: refusal.code, verdict: .reject, unread: body)
    }

    /// - Returns: when to look again, in steady milliseconds.
    func look(at now: Int64) -> Int64? {
        if now >= deadline { refuse(.timeout) }
        return deadline
    }

    /// Ends without a reply.
    func interrupt(_ outcome: Outcome) { passage.end(outcome, status: 0) }
}

extension ClientConnection {
    /// Hands a request for the portal's name over once its body is in.
    func collectForPortal(_ request: PendingRequest, _ identity: Identity) {
        let portal = PortalExchange(client: self, request: request, passage: ownPassage(request, identity))
        stage = .portal(portal)
        portal.start()
    }

    /// `host:port` under which this client reaches the proxy.
    var proxyAddress: String {
        guard let (ip, port) = localAddress else { return "" }
        return ip.isV4 ? "\(ip):\(port)" : "[\(ip)]:\(port)"
    }
}
