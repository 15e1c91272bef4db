import PatternMatching
public import ProxyProtocols

/// What a request's fields tell about the kind of answer that fits it.
public struct PageHints: Sendable {
    var accept: String?
    var acceptLanguage: String?
    /// Sec-Fetch-Dest: browsers send it to origins they trust, so over plain HTTP it is mostly not there.
    var destination: String?
    /// The path asked for, without its query.
    var path = ""
    var isTunnel = false

    /// For what could not be read: a page in English.
    public init() {}

    /// Reads the fields of a request.
    public init(_ head: RequestHead) {
        accept = head.text(of: .accept)
        acceptLanguage = head.text(of: .acceptLanguage)
        destination = head.text(of: .secFetchDest)
        isTunnel = head.methodText == "CONNECT"
        if let url = head.url { path = String(decoding: url.bytes[url.pathStart...].prefix { $0 != UInt8(ascii: "?") }, as: UTF8.self) }
    }
}
