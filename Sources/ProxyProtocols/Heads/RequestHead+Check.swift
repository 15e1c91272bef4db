import PatternMatching

extension RequestHead {
    /// Checks a whole head and draws what follows from it.
    /// - Parameters:
    ///   - bytes: the head and nothing behind it; `line` and `lines` lie within.
    init(_ bytes: UnsafeRawBufferPointer, line: RequestLine, lines: [HeadField], rule: TargetRule) throws(Refusal) {
        let method = RequestMethod(UnsafeRawBufferPointer(rebasing: bytes[line.method]))
        let found = FieldSummary(bytes, lines)
        let framing = try Self.framing(found, method: method, version: line.version)
        guard !found.connection.isMalformed else { throw .badRequest("Connection nominates what it may not") }
        let target = try RequestTarget(bytes, line.target, method: method, rule: rule)
        let mismatch = try Self.hostMismatch(bytes, found, line: line, target: target)

        var lines = lines
        found.connection.mark(&lines, bytes)
        self.init(
            fields: HeadFields(bytes: Array(bytes), lines: lines), method: method, methodRange: line.method, targetRange: line.target,
            version: line.version, target: target)
        self.framing = framing
        hostMismatch = mismatch
        keepAlive = version == .v11 && !found.connection.closes
        authenticatesConnection = found.authenticatesConnection
        acceptsTrailers = version == .v11 && found.acceptsTrailers
        expectContinue = try Self.expectsContinue(found, version: version, framing: framing)
        maxForwards = try Self.maxForwards(bytes, found, method: method)
        if found.asksWebSocket, found.connection.nominatesUpgrade, method == .get, version == .v11, framing == .none,
            case .absolute = target
        {
            upgrade = .websocket
        }
    }

    /// RFC 9112, 6.1 to 6.3; SECURITY.md F1 to F5, X2.
    private static func framing(_ found: FieldSummary, method: RequestMethod, version: HTTPVersion) throws(Refusal) -> BodyFraming {
        let length = found.length
        if length.isMalformed { throw .badFraming("Content-Length is no number") }
        if length.count > 1 { throw .badFraming("Content-Length more than once") }
        let coding = found.codings.result
        if case .absent = coding {
            if length.count == 0 || length.value == 0 { return .none }
            if method == .connect { throw .badFraming("CONNECT with a body") }
            return .length(length.value)
        }
        if length.count > 0 { throw .badFraming("Content-Length and Transfer-Encoding") }
        if version == .v10 { throw .badFraming("Transfer-Encoding in HTTP/1.0") }
        switch coding {
        case .malformed, .absent: throw .badFraming("Transfer-Encoding is not chunked")
        case .unsupported: throw Refusal(status: 501, code: "bad-framing", detail: "a transfer coding besides chunked")
        case .chunked:
            if method == .connect { throw .badFraming("CONNECT with a body") }
            return .chunked
        }
    }

    /// SECURITY.md F21, F22.
    private static func hostMismatch(
        _ bytes: UnsafeRawBufferPointer, _ found: FieldSummary, line: RequestLine, target: RequestTarget
    ) throws(Refusal) -> Bool {
        if found.hosts == 0 {
            if line.version == .v11 { throw .badHost("Host is missing") }
            return false
        }
        if found.hosts > 1 { throw .badHost("Host more than once") }
        let authority: Range<Int>? =
            switch target {
            case .absolute(_, let path): (line.target.lowerBound + 7)..<path.lowerBound
            case .authority: line.target
            case .origin, .asterisk: nil
            }
        return try HostField.differs(bytes, value: found.host, authority: authority, url: target.url)
    }

    private static func expectsContinue(_ found: FieldSummary, version: HTTPVersion, framing: BodyFraming) throws(Refusal) -> Bool {
        if version == .v10 { return false }
        if found.expectation.asksOther { throw Refusal(status: 417, code: "bad-expectation", detail: "an unknown expectation") }
        return found.expectation.asksContinue && framing != .none && !found.connection.nominatesExpect
    }

    private static func maxForwards(
        _ bytes: UnsafeRawBufferPointer, _ found: FieldSummary, method: RequestMethod
    ) throws(Refusal) -> UInt64? {
        guard found.maxForwards > 0, method == .trace || method == .options else { return nil }
        guard found.maxForwards == 1, let value = ContentLength.number(bytes, found.maxForwardsValue) else {
            throw .badRequest("Max-Forwards is no number")
        }
        return value
    }
}
