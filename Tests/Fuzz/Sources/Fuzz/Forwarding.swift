import PatternMatching

@testable import ProxyProtocols

/// What is sent on must read back: the other side may be as strict as we are and must come to the same framing.
enum Forwarding {
    static func fault(_ target: FuzzTarget, _ input: UnsafeRawBufferPointer) -> String? {
        switch target {
        case .requestHead: request(input)
        case .responseHead: response(input)
        case .requestBody: body(input, .request)
        case .responseBody: body(input, .response)
        default: nil
        }
    }

    private static let oneHop: [KnownField] = [.proxyAuthorization, .keepAlive, .proxyConnection, .te, .http2Settings, .trailer]

    /// A head at a limit goes on with what forwarding adds.
    private static let room = HeadLimits(headBytes: 80_000, headFields: 210, fieldBytes: 40_000, targetBytes: 20_000)

    private static func request(_ input: UnsafeRawBufferPointer) -> String? {
        var reader = RequestHeadReader()
        guard case .head(let head, let length) = reader.read(input) else { return nil }
        guard length <= input.count else { return "longer than what came" }
        var sent: [UInt8] = []
        RequestForwarder.head(head, options: ForwardingOptions(via: "weir"), into: &sent)
        if sent.isEmpty { return nil }
        // The target was absolute: an origin sees origin-form, or `*`.
        var origin = RequestHeadReader(limits: room, rule: .origin)
        guard case .head(let again, let end) = sent.withUnsafeBytes({ origin.read($0) }) else { return "not read back: \(shown(sent))" }
        if end != sent.count { return "read back to \(end) of \(sent.count): \(shown(sent))" }
        if again.framing != head.framing { return "\(head.framing) became \(again.framing)" }
        for field in oneHop where again.fields.count(of: field) > 0 { return "\(field) went on: \(shown(sent))" }
        if again.fields.count(of: .host) != 1 { return "Host: \(shown(sent))" }
        if again.method != head.method { return "the method became \(again.methodText)" }
        if again.expectContinue != head.expectContinue { return "the expectation was lost or found" }
        return host(again, of: head)
    }

    /// The origin must be asked for the very host that was judged.
    private static func host(_ again: RequestHead, of head: RequestHead) -> String? {
        guard let url = head.url, let field = again.first(of: .host) else { return "no host" }
        guard let asked = try? RequestURL(Array("http://".utf8) + field + Array("/".utf8)) else {
            return "Host is no host: \(shown(field))"
        }
        return asked.host == url.host && asked.port == url.port ? nil : "judged \(url.text), asked \(asked.text)"
    }

    private static func response(_ input: UnsafeRawBufferPointer) -> String? {
        let contexts = [ResponseContext(), ResponseContext(method: .head), ResponseContext(upgrade: .websocket, acceptsTrailers: true)]
        for context in contexts {
            if let fault = response(input, context) { return fault }
        }
        return nil
    }

    private static func response(_ input: UnsafeRawBufferPointer, _ context: ResponseContext) -> String? {
        var reader = ResponseHeadReader(context: context)
        guard case .head(let head, let length) = reader.read(input) else { return nil }
        guard length <= input.count else { return "longer than what came" }
        let plan = ResponsePlan(head, context: context, keepAlive: true)
        var sent: [UInt8] = []
        ResponseForwarder.head(head, plan: plan, options: ForwardingOptions(via: "weir"), into: &sent)
        var client = ResponseHeadReader(limits: room, context: context)
        guard case .head(let again, let end) = sent.withUnsafeBytes({ client.read($0) }) else { return "not read back: \(shown(sent))" }
        if end != sent.count { return "read back to \(end) of \(sent.count): \(shown(sent))" }
        if again.framing != plan.framing { return "\(plan.framing) became \(again.framing): \(shown(sent))" }
        if again.status != head.status { return "\(head.status) became \(again.status)" }
        return nil
    }

    /// A chunked body as it goes on is a chunked body, with the same payload, and ends where it ends.
    private static func body(_ input: UnsafeRawBufferPointer, _ side: MessageSide) -> String? {
        guard let once = pass(input, side, .chunked), let payload = pass(input, side, .payload) else { return nil }
        return once.withUnsafeBytes { once in
            guard let twice = pass(once, side, .chunked) else { return "not read back: \(shown(Array(once)))" }
            if !twice.elementsEqual(once) { return "\(shown(Array(once))) became \(shown(twice))" }
            return pass(once, side, .payload) == payload ? nil : "another payload"
        }
    }

    /// What goes on of a body; nil where it has no end.
    private static func pass(_ input: UnsafeRawBufferPointer, _ side: MessageSide, _ output: BodyOutput) -> [UInt8]? {
        var reader = BodyReader(.chunked, side: side, output: output)
        var sent: [UInt8] = []
        var position = 0
        while true {
            switch reader.read(input, from: &position) {
            case .forward(let range): sent += input[range]
            case .write(let bytes): sent += bytes
            case .end: return sent
            case .more, .refuse: return nil
            }
        }
    }

    static func shown(_ bytes: some Sequence<UInt8>) -> String {
        String(decoding: Array(bytes.prefix(400)), as: UTF8.self).debugDescription
    }
}
