/// A reply of Weir's own. Every 4xx and 5xx carries Proxy-Status (RFC 9209).
public struct SelfMadeReply: Sendable {
    public var status: UInt16
    /// The reason code, as Proxy-Status's `details`.
    public var code: String?
    public var error: ProxyError?
    /// `Connection: close`.
    public var closes: Bool
    public var contentType: String?
    public var body: [UInt8]
    /// Further fields, written in order. Names and values are ours: bytes that no field may hold are left out.
    public var fields: [(name: String, value: String)]
    /// Seconds since 1970, for Date.
    public var date: Int64?

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
            status: refusal.status, code: refusal.code, error: refusal.proxyError, closes: true, contentType: contentType, body: body, date: date)
    }

    /// Appends head and body.
    /// - Parameter isHead: the request was HEAD: the body is only measured.
    public func render(isHead: Bool = false, into output: inout [UInt8]) {}

    /// `HTTP/1.1 200 Connection established`, without any field (RFC 9110, 9.3.6).
    public static let connectEstablished: [UInt8] = Array("HTTP/1.1 200 Connection established\r\n\r\n".utf8)
    /// `HTTP/1.1 100 Continue`.
    public static let continues: [UInt8] = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)
}
