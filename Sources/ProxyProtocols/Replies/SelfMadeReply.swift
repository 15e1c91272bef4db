/// A reply of Weir's own. Every 4xx and 5xx carries Proxy-Status (RFC 9209).
public struct SelfMadeReply: Sendable {
    /// 200…599.
    public var status: UInt16 { didSet { written = nil } }
    /// The reason code, as Proxy-Status's `details`.
    public var code: String? { didSet { written = nil } }
    /// What kind of failure, as Proxy-Status's `error`; `http_request_denied` for a 4xx and `proxy_internal_error` for a 5xx where not given.
    public var error: ProxyError? { didSet { written = nil } }
    /// `Connection: close`.
    public var closes: Bool
    public var contentType: String?
    public var body: [UInt8]
    /// Further fields, written in order. A name or value that no field may hold is left out.
    public var fields: [(name: String, value: String)] { didSet { written = nil } }
    /// Seconds since 1970, for Date.
    public var date: Int64?
    /// What ``appendFields(to:)`` appends, once ``writeFields()`` was called and as long as nothing of it is changed.
    private var written: [UInt8]?

    public init(
        status: UInt16, code: String? = nil, error: ProxyError? = nil, closes: Bool = false, contentType: String? = nil, body: [UInt8] = [],
        fields: [(name: String, value: String)] = [], date: Int64? = nil
    ) {
        self.status = status
        self.code = code
        self.error = error
        self.closes = closes
        self.contentType = contentType
        self.body = body
        self.fields = fields
        self.date = date
    }

    /// The reply to what was refused: always closes.
    public init(_ refusal: Refusal, contentType: String? = nil, body: [UInt8] = [], date: Int64? = nil) {
        self.init(
            status: refusal.status, code: refusal.code, error: refusal.proxyError, closes: true, contentType: contentType, body: body,
            date: date)
        if status == 405 { fields.append(("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, CONNECT")) }
    }

    /// Appends head and body.
    /// - Parameter isHead: the request was HEAD: the body is only measured.
    public func render(isHead: Bool = false, into output: inout [UInt8]) {
        output.reserveCapacity(output.count + body.count + 320)
        ASCII.append("HTTP/1.1 ", to: &output)
        ASCII.append(UInt64(status), to: &output)
        output.append(0x20)
        ASCII.append(ReasonPhrase.text(status), to: &output)
        ASCII.append("\r\n", to: &output)
        if let date {
            ASCII.append("Date: ", to: &output)
            HTTPDate.append(date, to: &output)
            ASCII.append("\r\n", to: &output)
        }
        if let contentType { Self.appendField("Content-Type", contentType, to: &output) }
        if status != 204, status != 304 { Self.appendField("Content-Length", String(body.count), to: &output) }
        if let written { output += written } else { appendFields(to: &output) }
        if closes { ASCII.append("Connection: close\r\n", to: &output) }
        ASCII.append("\r\n", to: &output)
        if !isHead, status != 204, status != 304 { output.append(contentsOf: body) }
    }

    /// Writes Proxy-Status and the further fields now: for a reply that many are copied from.
    public mutating func writeFields() {
        var bytes: [UInt8] = []
        appendFields(to: &bytes)
        written = bytes
    }

    private func appendFields(to output: inout [UInt8]) {
        if !fields.contains(where: { $0.name == "Cache-Control" }) { ASCII.append("Cache-Control: no-store\r\n", to: &output) }
        if status >= 400 { appendProxyStatus(to: &output) }
        for field in fields { Self.appendField(field.name, field.value, to: &output) }
    }

    /// `Proxy-Status: weir; error=http_request_error; details="bad-framing"` (RFC 9209, 2).
    private func appendProxyStatus(to output: inout [UInt8]) {
        let error = error ?? (status < 500 ? .requestDenied : .internalError)
        ASCII.append("Proxy-Status: weir; error=", to: &output)
        output.append(contentsOf: error.rawValue.utf8)
        if let code {
            ASCII.append("; details=\"", to: &output)
            // A structured-field string holds printable ASCII, quote and backslash escaped (RFC 9651, 3.3.3).
            for byte in code.utf8 where byte >= 0x20 && byte < 0x7f {
                if byte == 0x22 || byte == 0x5c { output.append(0x5c) }
                output.append(byte)
            }
            output.append(0x22)
        }
        ASCII.append("\r\n", to: &output)
    }

    private static func appendField(_ name: String, _ value: String, to output: inout [UInt8]) {
        guard !name.isEmpty, name.utf8.allSatisfy(ByteClass.isToken), value.utf8.allSatisfy(ByteClass.isText) else { return }
        output.append(contentsOf: name.utf8)
        ASCII.append(": ", to: &output)
        output.append(contentsOf: value.utf8)
        ASCII.append("\r\n", to: &output)
    }

    /// `HTTP/1.1 200 Connection established`, without any field (RFC 9110, 9.3.6).
    public static let connectEstablished: [UInt8] = Array("HTTP/1.1 200 Connection established\r\n\r\n".utf8)
    /// `HTTP/1.1 100 Continue`.
    public static let continues: [UInt8] = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)
}
