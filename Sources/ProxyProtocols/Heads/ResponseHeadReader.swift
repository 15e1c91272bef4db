/// What came of an origin's bytes so far.
public enum ResponseStep: Sendable {
    case more
    /// A 1xx other than 101: pass it on (``ResponseForwarder/interim(_:context:options:into:)``) and read on after `length`.
    case interim(ResponseHead, length: Int)
    /// 101 to a request that asked for it: after `length` bytes the connection is a tunnel.
    case switching(ResponseHead, length: Int)
    /// The final head, which ends before `length`.
    case head(ResponseHead, length: Int)
    /// `502U`: close upstream, discard its reply.
    case refuse(Refusal)
}

/// Reads the response heads to one request: interim ones, then the final one. Make a new one for each request.
public struct ResponseHeadReader: Sendable {
    private let limits: HeadLimits
    private let context: ResponseContext
    private var scanner = LineScanner()
    private var line: StatusLine?
    private var lines: [HeadField] = []
    private var isFolded = false
    private var interims = 0
    /// An interim response announced a body that it cannot have: what follows on this connection is not to be trusted beyond the reply.
    private var isTainted = false
    /// True once a byte of a reply was seen: a request is not tried again then.
    public private(set) var hasBegun = false

    /// Interim responses to one request (SECURITY.md X7).
    static let mostInterims = 16

    public init(limits: HeadLimits = HeadLimits(), context: ResponseContext) {
        self.limits = limits
        self.context = context
    }

    /// - Parameter bytes: everything received and not yet consumed, as with ``RequestHeadReader/read(_:)``.
    public mutating func read(_ bytes: UnsafeRawBufferPointer) -> ResponseStep {
        if !bytes.isEmpty { hasBegun = true }
        do throws(Refusal) {
            guard let length = try scan(bytes), let line else { return .more }
            var head = try ResponseHead(
                UnsafeRawBufferPointer(rebasing: bytes[0..<length]), line: line, lines: lines, isFolded: isFolded, context: context)
            restart()
            return try step(&head, length: length)
        } catch { return .refuse(error) }
    }

    private mutating func restart() {
        scanner = LineScanner()
        line = nil
        lines = []
        isFolded = false
    }

    private mutating func step(_ head: inout ResponseHead, length: Int) throws(Refusal) -> ResponseStep {
        if head.status == 101 {
            guard context.upgrade == .websocket, head.version == .v11, head.switchesToWebSocket else {
                throw .badResponse("a 101 that nobody asked for")
            }
            return .switching(head, length: length)
        }
        if head.status < 200 {
            interims += 1
            if interims > Self.mostInterims { throw .badResponse("too many interim responses") }
            if !head.isReusable { isTainted = true }
            return .interim(head, length: length)
        }
        if isTainted { head.isReusable = false }
        return .head(head, length: length)
    }

    private mutating func scan(_ bytes: UnsafeRawBufferPointer) throws(Refusal) -> Int? {
        while true {
            switch scanner.next(bytes, lineLimit: limits.fieldBytes, headEnd: limits.headBytes) {
            case .more: return nil
            case .control: throw .badResponse("a control byte, or a line that does not end in CRLF")
            case .tooLong: throw .responseHeadTooLarge
            case .line(let range):
                if line == nil {
                    line = try StatusLine(bytes, line: range)
                } else if range.isEmpty {
                    return scanner.lineStart
                } else if ByteClass.isBlank(bytes[range.lowerBound]) {
                    try fold(bytes, range)
                } else {
                    try addField(bytes, range)
                }
            }
        }
    }

    private mutating func addField(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) throws(Refusal) {
        guard lines.count < limits.headFields else { throw .responseHeadTooLarge }
        if lines.isEmpty { lines.reserveCapacity(24) }
        do throws(HeadField.Fault) {
            lines.append(try HeadField(bytes, line: range, forgivesBlank: true))
        } catch {
            throw .badResponse("a line that is no field")
        }
    }

    /// A line that continues the one before (RFC 9112, 5.2): never where it could change framing, routing or cookies.
    private mutating func fold(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) throws(Refusal) {
        guard let last = lines.last else { throw .badResponse("white space before the first field") }
        switch last.known {
        case .contentLength, .transferEncoding, .host, .connection, .setCookie: throw .badResponse("a folded field that may not be")
        default: break
        }
        isFolded = true
        lines[lines.count - 1] = last.extended(bytes, to: range)
    }
}
