extension ResponseHead {
    /// Checks a whole head and draws what follows from it for the request it answers (RFC 9112, 6.3).
    /// - Parameters:
    ///   - bytes: the head and nothing behind it; `line` and `lines` lie within.
    init(
        _ bytes: UnsafeRawBufferPointer, line: StatusLine, lines: [HeadField], isFolded: Bool, context: ResponseContext
    ) throws(Refusal) {
        let found = FieldSummary(bytes, lines)
        guard !found.connection.isMalformed else { throw .badResponse("Connection nominates what it may not") }
        let announced = try Self.framing(found, version: line.version)
        let isBodyless = context.method == .head || line.status < 200 || line.status == 204 || line.status == 304

        var fields: HeadFields
        if isFolded {
            fields = HeadFields.unfolded(bytes, prefix: 0..<(line.reason.upperBound + 2), lines)
            var lines = fields.lines
            fields.bytes.withUnsafeBytes { unfolded in
                // The options lie in lines that are never folded: read again at their new places.
                let connection = FieldSummary(unfolded, lines).connection
                connection.mark(&lines, unfolded)
            }
            fields.lines = lines
        } else {
            var lines = lines
            found.connection.mark(&lines, bytes)
            fields = HeadFields(bytes: Array(bytes), lines: lines)
        }
        self.init(fields: fields, status: line.status, version: line.version, reasonRange: line.reason)
        framing = isBodyless ? .none : announced
        length = found.length.count > 0 ? found.length.value : nil
        authenticatesConnection = found.authenticatesConnection
        switchesToWebSocket = found.asksWebSocket
        isReusable = line.version == .v11 ? !found.connection.closes : found.connection.keepsAlive && !found.connection.closes
        if framing == .untilClose { isReusable = false }
        if isBodyless, context.method != .head, Self.announcesBody(announced) { isReusable = false }
    }

    /// What CL and TE say, before method and status are looked at; `untilClose` where they say nothing.
    private static func framing(_ found: FieldSummary, version: HTTPVersion) throws(Refusal) -> BodyFraming {
        let length = found.length
        if length.isMalformed || length.differs { throw .badResponse("Content-Length is no number, or several") }
        switch found.codings.result {
        case .absent: return length.count > 0 ? .length(length.value) : .untilClose
        case .malformed, .unsupported: throw .badResponse("Transfer-Encoding is not chunked")
        case .chunked:
            if length.count > 0 { throw .badResponse("Content-Length and Transfer-Encoding") }
            if version == .v10 { throw .badResponse("Transfer-Encoding in HTTP/1.0") }
            return .chunked
        }
    }

    private static func announcesBody(_ framing: BodyFraming) -> Bool {
        switch framing {
        case .chunked: true
        case .length(let length): length > 0
        case .none, .untilClose: false
        }
    }
}
