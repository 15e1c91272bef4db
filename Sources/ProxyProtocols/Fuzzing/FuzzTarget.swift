import PatternMatching

/// Every parser of this target as a plain function from bytes, for a fuzzer and for the tests: none may trap, and none may give something else
/// when the same bytes arrive one by one.
public enum FuzzTarget: String, Sendable, CaseIterable {
    case requestHead, originRequestHead, responseHead, requestBody, responseBody, clientHello, proxyHeader, fields

    /// Runs the parser over the whole input and over growing prefixes of it.
    /// - Returns: nil where all is well; else what differed.
    public func run(_ input: UnsafeRawBufferPointer) -> String? {
        switch self {
        case .requestHead: requestHead(input, .proxy)
        case .originRequestHead: requestHead(input, .origin)
        case .responseHead: responseHead(input)
        case .requestBody: body(input, .request, .chunked) ?? body(input, .request, .payload)
        case .responseBody: body(input, .response, .chunked) ?? body(input, .response, .payload)
        case .clientHello: clientHello(input)
        case .proxyHeader: proxyHeader(input)
        case .fields: fields(input)
        }
    }

    private func differing<Value: Equatable>(_ whole: Value, _ split: Value) -> String? {
        whole == split ? nil : "\(rawValue): whole \(whole), byte by byte \(split)"
    }

    /// Calls `read` with the whole input, and with one more byte each time until it answers; `read` gives nil for more.
    private func compare<Value: Equatable>(
        _ input: UnsafeRawBufferPointer, _ whole: (UnsafeRawBufferPointer) -> Value?, _ split: (UnsafeRawBufferPointer) -> Value?
    ) -> String? {
        let first = whole(input)
        var second: Value?
        for length in 0...input.count {
            second = split(UnsafeRawBufferPointer(rebasing: input[0..<length]))
            if second != nil { break }
        }
        return differing(first, second)
    }

    private func requestHead(_ input: UnsafeRawBufferPointer, _ rule: TargetRule) -> String? {
        var readers = [RequestHeadReader(rule: rule), RequestHeadReader(rule: rule)]
        return compare(input, { Self.read(&readers[0], $0) }, { Self.read(&readers[1], $0) })
    }

    private static func read(_ reader: inout RequestHeadReader, _ bytes: UnsafeRawBufferPointer) -> [UInt8]? {
        switch reader.read(bytes) {
        case .more: return nil
        case .refuse(let refusal):
            return Array("\(refusal) \(reader.refusedLine(bytes).method)".utf8)
        case .head(let head, let length):
            var output = Array("\(length) \(head.target) \(head.framing) \(head.keepAlive) \(head.expectContinue) \(head.upgrade)\n".utf8)
            RequestForwarder.head(head, options: ForwardingOptions(via: "weir", forwardedFor: .on, client: nil), into: &output)
            output += TraceEcho.body(head)
            return output
        }
    }

    private func responseHead(_ input: UnsafeRawBufferPointer) -> String? {
        let context = ResponseContext(upgrade: .websocket, acceptsTrailers: true)
        var readers = [ResponseHeadReader(context: context), ResponseHeadReader(context: context)]
        return compare(input, { Self.read(&readers[0], $0, context) }, { Self.read(&readers[1], $0, context) })
    }

    private static func read(_ reader: inout ResponseHeadReader, _ bytes: UnsafeRawBufferPointer, _ context: ResponseContext) -> [UInt8]? {
        switch reader.read(bytes) {
        case .more: return nil
        case .refuse(let refusal): return Array("\(refusal)".utf8)
        case .interim(let head, let length), .switching(let head, let length), .head(let head, let length):
            let plan = ResponsePlan(head, context: context, keepAlive: true)
            var output = Array("\(length) \(head.status) \(head.framing) \(head.isReusable) \(plan)\n".utf8)
            ResponseForwarder.head(head, plan: plan, options: ForwardingOptions(via: "weir"), into: &output)
            ResponseForwarder.interim(head, context: context, options: ForwardingOptions(), into: &output)
            return output
        }
    }

    private func body(_ input: UnsafeRawBufferPointer, _ side: MessageSide, _ output: BodyOutput) -> String? {
        let whole = Self.body(input, pieces: input.count, side, output)
        return differing(whole, Self.body(input, pieces: 1, side, output))
    }

    private static func body(_ input: UnsafeRawBufferPointer, pieces: Int, _ side: MessageSide, _ output: BodyOutput) -> [UInt8] {
        var reader = BodyReader(.chunked, side: side, output: output, keepsTrailers: true)
        var sent: [UInt8] = []
        var start = 0
        while start < input.count {
            let piece = UnsafeRawBufferPointer(rebasing: input[start..<min(input.count, start + pieces)])
            var position = 0
            reading: while true {
                switch reader.read(piece, from: &position) {
                case .forward(let range): sent += piece[range]
                case .write(let bytes): sent += bytes
                case .more: break reading
                case .end: return sent + "\(start + position) \(reader.payloadBytes)".utf8
                case .refuse(let refusal): return sent + "\(refusal)".utf8
                }
            }
            start += piece.count
        }
        return sent + (reader.isComplete ? "\(start) \(reader.payloadBytes)" : "more").utf8
    }

    private func clientHello(_ input: UnsafeRawBufferPointer) -> String? {
        var peeks = [ClientHelloPeek(), ClientHelloPeek()]
        func read(_ index: Int, _ bytes: UnsafeRawBufferPointer) -> ClientHelloStep? {
            let step = peeks[index].read(bytes)
            return step == .more ? nil : step
        }
        return compare(input, { read(0, $0) }, { read(1, $0) })
    }

    private func proxyHeader(_ input: UnsafeRawBufferPointer) -> String? {
        func read(_ bytes: UnsafeRawBufferPointer) -> ProxyProtocolHeader.Step? {
            let step = ProxyProtocolHeader.read(bytes)
            return step == .more ? nil : step
        }
        return compare(input, read, read)
    }

    /// Field values that are read by functions of their own.
    private func fields(_ input: UnsafeRawBufferPointer) -> String? {
        _ = ProxyAuthorization.basic(input)
        let start = "GET http://192.0.2.1/ HTTP/1.1\r\nHost: 192.0.2.1\r\nVia: x\r\nX-Forwarded-For: x, "
        let head =
            Array(start.utf8) + input.filter(ByteClass.isText) + Array("\r\nVia: ".utf8) + input.filter(ByteClass.isText)
            + Array("\r\n\r\n".utf8)
        var reader = RequestHeadReader()
        guard case .head(let read, _) = head.withUnsafeBytes({ reader.read($0) }) else { return nil }
        _ = Via.contains("weir", in: read)
        if let peer = read.url?.address { _ = ForwardedFor.client(peer: peer, head: read, isTrusted: { _ in true }) }
        return nil
    }
}
