import PatternMatching
import PolicyCore
import ProxyProtocols

/// A request whose head is in: what deciding, recording and forwarding need of it.
struct PendingRequest {
    let head: RequestHead
    var asker: Asker
    /// When its head was complete.
    let time: Instant
    /// It came inside a CONNECT to an HTTP port.
    var isInner = false

    /// Whether its client's connection may carry another request. What came inside a CONNECT is the last there: who would ask next is not
    /// whom a trusted peer spoke for.
    var keepsClient: Bool { head.keepAlive && !isInner }
    var isHead: Bool { head.method == .head }
    var isTunnel: Bool { head.method == .connect }

    /// `http`, `https` for a CONNECT, `ws` for an upgrade, as visits say it.
    var scheme: String { isTunnel ? "https" : head.upgrade == .websocket ? "ws" : "http" }

    /// Path and query as sent; nil for a tunnel.
    var path: String? {
        guard case .absolute(_, let range) = head.target else { return nil }
        return range.isEmpty ? "/" : String(decoding: head.bytes[range], as: UTF8.self)
    }
}
