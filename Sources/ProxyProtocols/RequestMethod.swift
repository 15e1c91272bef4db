/// A request's method (RFC 9110, 9): case-sensitive, so `get` is `other`.
public enum RequestMethod: UInt8, Sendable, Hashable {
    case get, head, post, put, delete, connect, options, trace, patch, other

    init(_ bytes: UnsafeRawBufferPointer) {
        self = .other
        switch bytes.count {
        case 3:
            if ASCII.isExactly(bytes, "GET") { self = .get } else if ASCII.isExactly(bytes, "PUT") { self = .put }
        case 4:
            if ASCII.isExactly(bytes, "HEAD") { self = .head } else if ASCII.isExactly(bytes, "POST") { self = .post }
        case 5:
            if ASCII.isExactly(bytes, "TRACE") { self = .trace } else if ASCII.isExactly(bytes, "PATCH") { self = .patch }
        case 6: if ASCII.isExactly(bytes, "DELETE") { self = .delete }
        case 7:
            if ASCII.isExactly(bytes, "CONNECT") { self = .connect } else if ASCII.isExactly(bytes, "OPTIONS") { self = .options }
        default: break
        }
    }

    /// GET, HEAD, OPTIONS, TRACE (RFC 9110, 9.2.1).
    public var isSafe: Bool {
        switch self {
        case .get, .head, .options, .trace: true
        default: false
        }
    }
}
