/// Reads a trailer section whole (RFC 9112, 7.1.2) and keeps the lines that may pass. Rare, so it copies.
struct TrailerReader: Sendable {
    enum Step {
        case more
        /// The section ended; kept lines and the empty line that ends the message.
        case end([UInt8])
        case refuse(Refusal)
    }

    private let limits: HeadLimits
    private let side: MessageSide
    private let keeps: Bool
    private var section: [UInt8] = []
    private var scanner = LineScanner()
    private var count = 0
    private var kept: [UInt8] = []
    private var total = 0

    init(side: MessageSide, keeps: Bool, limits: HeadLimits) {
        self.side = side
        self.keeps = keeps
        self.limits = limits
    }

    /// One byte of the section. Lines are looked at when their LF arrives.
    mutating func add(_ byte: UInt8) -> Step {
        let isBehindCR = section.last == 0x0d
        section.append(byte)
        // A whole line, a lone control byte or a limit: everything that the scanner can decide ends here.
        guard byte < 0x20 || byte == 0x7f || isBehindCR || section.count > limits.fieldBytes else { return .more }
        return look()
    }

    private mutating func look() -> Step {
        let step = section.withUnsafeBytes { scanner.next($0, lineLimit: limits.fieldBytes, headEnd: .max) }
        switch step {
        case .more: return .more
        case .control: return .refuse(fault("a control byte in a trailer"))
        case .tooLong: return .refuse(tooLarge)
        case .line(let range):
            if range.isEmpty {
                ASCII.append("\r\n", to: &kept)
                return .end(kept)
            }
            return addLine(range)
        }
    }

    private mutating func addLine(_ range: Range<Int>) -> Step {
        count += 1
        guard count <= limits.headFields, total + section.count <= limits.headBytes else { return .refuse(tooLarge) }
        let field = section.withUnsafeBytes { try? HeadField($0, line: range, forgivesBlank: false) }
        guard let field else { return .refuse(fault("a trailer line that is no field")) }
        if keeps, Self.mayPass(field.known) { kept.append(contentsOf: section[field.line]) }
        total += section.count
        section.removeAll(keepingCapacity: true)
        scanner = LineScanner()
        return .more
    }

    private var tooLarge: Refusal { side == .request ? .headTooLarge : .responseHeadTooLarge }
    private func fault(_ detail: String) -> Refusal { side == .request ? .badFraming(detail) : .badResponse(detail) }

    /// Nothing that frames, routes, authenticates or sets state (RFC 9110, 6.5.1), and nothing that could pass for our own word.
    private static func mayPass(_ field: KnownField) -> Bool {
        switch field {
        case .host, .contentLength, .transferEncoding, .trailer, .connection, .keepAlive, .proxyConnection, .te, .upgrade, .http2Settings,
            .proxyAuthorization, .proxyAuthenticate, .proxyAuthenticationInfo, .expect, .maxForwards, .via, .authorization, .cookie,
            .wwwAuthenticate, .persistentAuth, .proxyStatus, .setCookie, .contentType, .contentEncoding, .contentRange, .range, .location,
            .date:
            false
        default: true
        }
    }
}
