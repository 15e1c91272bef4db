extension RequestURL {
    /// The longest text read.
    static let longest = 1 << 20

    /// Reads an absolute URL (`http`, `https`, `ws`, `wss`; the last two are kept as their own schemes with the same default ports).
    /// - Parameter text: at most 1 MiB; bytes as they came, in any encoding.
    public init(_ text: some Collection<UInt8>) throws(RequestURLError) {
        let result =
            text.withContiguousStorageIfAvailable { RequestURL.read($0) } ?? Array(text).withUnsafeBufferPointer { RequestURL.read($0) }
        self = try result.get()
    }

    /// The same from bytes as they were received: nothing generic is called for each request.
    public init(_ text: UnsafeRawBufferPointer) throws(RequestURLError) {
        self = try text.withMemoryRebound(to: UInt8.self) { RequestURL.read($0) }.get()
    }

    /// The same from text.
    public init(_ text: String) throws(RequestURLError) {
        try self.init(text.utf8)
    }

    /// What a CONNECT asks for: judged as `https://host[:port]/`.
    /// - Parameter authority: `host:port`, the host as sent (IPv6 in brackets). The port must be there.
    public init(connect authority: some Collection<UInt8>) throws(RequestURLError) {
        let result =
            authority.withContiguousStorageIfAvailable { RequestURL.readAuthority($0) }
            ?? Array(authority).withUnsafeBufferPointer { RequestURL.readAuthority($0) }
        self = try result.get()
    }

    /// The same from bytes as they were received.
    public init(connect authority: UnsafeRawBufferPointer) throws(RequestURLError) {
        self = try authority.withMemoryRebound(to: UInt8.self) { RequestURL.readAuthority($0) }.get()
    }

    /// What the name in a TLS ClientHello asks for, judged like a CONNECT to it.
    /// - Parameters:
    ///   - name: as sent.
    ///   - port: of the connection.
    public init(tlsName name: some Collection<UInt8>, port: UInt16) throws(RequestURLError) {
        try self.init(connect: Array(name) + Array(":\(port)".utf8))
    }

    init(tunnelTo host: some Collection<UInt8>, address: IPAddress?, port: UInt16) {
        var bytes = Array("https://".utf8)
        let start = bytes.count
        bytes += host
        let hostRange = start..<bytes.count
        if port != 443 {
            bytes.append(UInt8(ascii: ":"))
            appendDecimal(UInt64(port), to: &bytes)
        }
        let pathStart = bytes.count
        bytes.append(UInt8(ascii: "/"))
        self.init(bytes: bytes, hostRange: hostRange, pathStart: pathStart, port: port, address: address, sent: nil, isTunnel: true)
    }
}

// MARK: - Reading. Results, not errors, cross the closures over the bytes: those closures cannot throw a type.

extension RequestURL {
    private static func read(_ text: UnsafeBufferPointer<UInt8>) -> Result<RequestURL, RequestURLError> {
        do throws(RequestURLError) { return .success(try parse(text)) } catch { return .failure(error) }
    }

    private static func readAuthority(_ text: UnsafeBufferPointer<UInt8>) -> Result<RequestURL, RequestURLError> {
        do throws(RequestURLError) { return .success(try parseAuthority(text)) } catch { return .failure(error) }
    }

    private static func parse(_ text: UnsafeBufferPointer<UInt8>) throws(RequestURLError) -> RequestURL {
        guard text.count <= longest else { throw .tooLong }
        let scheme = try Scheme(text)
        let bounds = try Bounds(text, from: scheme.length)
        // User info ends at the last `@` (WHATWG, authority state): what comes before it is no host.
        let userInfo = text[scheme.length..<bounds.path].lastIndex(of: UInt8(ascii: "@"))
        let authority = UnsafeBufferPointer(rebasing: text[(userInfo.map { $0 + 1 } ?? scheme.length)..<bounds.path])
        let (host, written) = try split(authority)

        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count + 8)
        scheme.text.withUTF8Buffer { bytes += $0 }
        let hostStart = bytes.count
        let found = try HostParser.append(host, to: &bytes)
        let hostRange = hostStart..<bytes.count
        let port = try written.flatMap { digits throws(RequestURLError) in try readPort(digits) } ?? scheme.port
        if port != scheme.port {
            bytes.append(UInt8(ascii: ":"))
            appendDecimal(UInt64(port), to: &bytes)
        }
        let pathStart = bytes.count
        let sent = appendPath(UnsafeBufferPointer(rebasing: text[bounds.path..<bounds.end]), to: &bytes)
        var address: IPAddress?
        if case .address(let literal) = found { address = literal }
        return RequestURL(
            bytes: bytes, hostRange: hostRange, pathStart: pathStart, port: port, address: address, sent: sent, isTunnel: false)
    }

    /// Appends the canonical path and query.
    /// - Returns: the URL as sent where it differs.
    private static func appendPath(_ raw: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) -> [UInt8]? {
        let start = bytes.count
        let hasSlash = raw.first == UInt8(ascii: "/")
        guard !URLPath.isPlain(raw) else {
            if !hasSlash { bytes.append(UInt8(ascii: "/")) }
            bytes += raw
            return nil
        }
        URLPath.appendCanonical(raw, to: &bytes)
        // An empty path is `/` in both forms: it cannot be sent otherwise.
        let canonical = bytes[(start + (hasSlash ? 0 : 1))...]
        guard !canonical.elementsEqual(raw) else { return nil }
        var sent = Array(bytes[..<start])
        sent.reserveCapacity(start + raw.count + 1)
        if !hasSlash { sent.append(UInt8(ascii: "/")) }
        sent += raw
        return sent
    }

    private static func parseAuthority(_ text: UnsafeBufferPointer<UInt8>) throws(RequestURLError) -> RequestURL {
        guard text.count <= 4096 else { throw .tooLong }
        for byte in text {
            guard byte > 0x20, byte != 0x7f else { throw .control }
            switch byte {
            case UInt8(ascii: "\\"): throw .backslash
            case UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#"), UInt8(ascii: "@"): throw .badHost
            default: break
            }
        }
        let (host, written) = try split(text)
        guard let written, let port = try readPort(written) else { throw .badPort }
        var bytes: [UInt8] = []
        let found = try HostParser.append(host, to: &bytes)
        var address: IPAddress?
        if case .address(let literal) = found { address = literal }
        return RequestURL(tunnelTo: bytes, address: address, port: port)
    }

    /// Host and port, at the colon after the host; the port is nil where there is no colon.
    private static func split(
        _ authority: UnsafeBufferPointer<UInt8>
    ) throws(RequestURLError) -> (host: UnsafeBufferPointer<UInt8>, port: Slice<UnsafeBufferPointer<UInt8>>?) {
        var end = authority.firstIndex(of: UInt8(ascii: ":")) ?? authority.count
        if authority.first == UInt8(ascii: "[") {
            guard let bracket = authority.firstIndex(of: UInt8(ascii: "]")) else { throw .badAddress }
            end = bracket + 1
            guard end == authority.count || authority[end] == UInt8(ascii: ":") else { throw .badHost }
        }
        guard end > 0 else { throw .noHost }
        return (UnsafeBufferPointer(rebasing: authority[..<end]), end < authority.count ? authority[(end + 1)...] : nil)
    }

    /// 1…65535; nil for the empty port, which is the scheme's own.
    private static func readPort(_ digits: Slice<UnsafeBufferPointer<UInt8>>) throws(RequestURLError) -> UInt16? {
        guard !digits.isEmpty else { return nil }
        var value: UInt32 = 0
        for byte in digits {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { throw .badPort }
            value = min(value * 10 + UInt32(byte - UInt8(ascii: "0")), 1 << 20)
        }
        guard value > 0, let port = UInt16(exactly: value) else { throw .badPort }
        return port
    }
}

/// The schemes a forward proxy judges.
private struct Scheme {
    /// In lower case, with `://`.
    let text: StaticString
    /// The default one.
    let port: UInt16
    /// Bytes up to and with `//`.
    let length: Int

    private static let known: [(text: StaticString, port: UInt16)] = [("http://", 80), ("https://", 443), ("ws://", 80), ("wss://", 443)]

    init(_ text: UnsafeBufferPointer<UInt8>) throws(RequestURLError) {
        for known in Scheme.known where Scheme.begins(text, known.text) {
            (self.text, port, length) = (known.text, known.port, known.text.utf8CodeUnitCount)
            return
        }
        throw Scheme.error(text)
    }

    private static func begins(_ text: UnsafeBufferPointer<UInt8>, _ scheme: StaticString) -> Bool {
        scheme.withUTF8Buffer { scheme in
            guard text.count >= scheme.count else { return false }
            for index in scheme.indices where lowercased(text[index]) != scheme[index] { return false }
            return true
        }
    }

    /// Why a text does not begin as it must.
    private static func error(_ text: UnsafeBufferPointer<UInt8>) -> RequestURLError {
        guard let colon = text.prefix(32).firstIndex(of: UInt8(ascii: ":")), isScheme(text[..<colon]) else { return .noScheme }
        let name = text[..<colon].map(lowercased)
        guard known.contains(where: { known in known.text.withUTF8Buffer { $0.dropLast(3).elementsEqual(name) } }) else {
            return .schemeNotSupported
        }
        return text[(colon + 1)...].prefix(2).contains(UInt8(ascii: "\\")) ? .backslash : .noHost
    }

    /// RFC 3986 section 3.1.
    private static func isScheme(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        guard let first = text.first, lowercased(first) >= UInt8(ascii: "a"), lowercased(first) <= UInt8(ascii: "z") else { return false }
        return text.allSatisfy { byte in
            switch lowercased(byte) {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"),
                UInt8(ascii: "."):
                true
            default: false
            }
        }
    }
}

/// Where the authority ends and where the fragment, if any, begins.
private struct Bounds {
    var path: Int
    var end: Int

    /// Refuses spaces and control characters anywhere and backslashes before the query: user agents and origins read those differently.
    init(_ text: UnsafeBufferPointer<UInt8>, from start: Int) throws(RequestURLError) {
        var path: Int?
        var query: Int?
        var end: Int?
        for index in start..<text.count {
            let byte = text[index]
            if byte <= 0x20 || byte == 0x7f { throw .control }
            guard end == nil else { continue }
            switch byte {
            case UInt8(ascii: "/"): path = path ?? index
            case UInt8(ascii: "?"):
                path = path ?? index
                query = query ?? index
            case UInt8(ascii: "#"): end = index
            case UInt8(ascii: "\\"): if query == nil { throw .backslash }
            default: break
            }
        }
        self.end = end ?? text.count
        self.path = path ?? self.end
    }
}
