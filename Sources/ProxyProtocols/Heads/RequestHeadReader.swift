/// Reads request heads strictly (RFC 9112): resumes where it stopped, so that any way of cutting the input costs the same and gives the same.
public struct RequestHeadReader: Sendable {
    private let limits: HeadLimits
    private let rule: TargetRule
    private var scanner = LineScanner()
    private var emptyLines = 0
    private var headStart = 0
    private var line: RequestLine?
    private var lines: [HeadField] = []
    /// True once a byte of the request line was seen.
    public private(set) var hasBegun = false

    /// Empty lines that may stand before a request line (RFC 9112, 2.2).
    private static let mostEmptyLines = 4

    public init(limits: HeadLimits = HeadLimits(), rule: TargetRule = .proxy) {
        self.limits = limits
        self.rule = rule
    }

    /// - Parameter bytes: everything received and not yet consumed, from the first byte after the previous message. Call again with the same
    ///   bytes and more behind them after `more`; drop `length` bytes after `head`, and the reader is ready for the next one.
    public mutating func read(_ bytes: UnsafeRawBufferPointer) -> HeadStep {
        do throws(Refusal) {
            guard let length = try scan(bytes), let line else {
                hasBegun = bytes.count > headStart && (line != nil || bytes[headStart] != 0x0d)
                return .more
            }
            let whole = UnsafeRawBufferPointer(rebasing: bytes[0..<length])
            let head = try RequestHead(whole, line: line, lines: lines, rule: rule)
            self = RequestHeadReader(limits: limits, rule: rule)
            return .head(head, length: length)
        } catch {
            hasBegun = true
            return .refuse(error)
        }
    }

    /// Reads lines until the empty one: where the head ends, or nil if it does not yet.
    private mutating func scan(_ bytes: UnsafeRawBufferPointer) throws(Refusal) -> Int? {
        while true {
            let limit = line == nil ? limits.targetBytes + RequestLine.overhead : limits.fieldBytes
            switch scanner.next(bytes, lineLimit: limit, headEnd: headStart + limits.headBytes) {
            case .more: return nil
            case .control: throw .badRequest("a control byte, or a line that does not end in CRLF")
            case .tooLong: throw line == nil ? RequestLine.overlong(bytes, from: headStart) : .headTooLarge
            case .line(let range):
                if line != nil {
                    if range.isEmpty { return scanner.lineStart }
                    try addField(bytes, range)
                } else if range.isEmpty {
                    emptyLines += 1
                    if emptyLines > Self.mostEmptyLines { throw .badRequest("too many empty lines before the request") }
                    headStart = scanner.lineStart
                } else {
                    line = try RequestLine(bytes, line: range, limits: limits)
                }
            }
        }
    }

    private mutating func addField(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) throws(Refusal) {
        guard lines.count < limits.headFields else { throw .headTooLarge }
        if lines.isEmpty { lines.reserveCapacity(24) }
        do throws(HeadField.Fault) {
            lines.append(try HeadField(bytes, line: range, forgivesBlank: false))
        } catch {
            throw .badRequest("a line that is no field")
        }
    }

    /// What was read of the request that `read` just refused, or that timed out.
    /// - Parameter bytes: the same bytes.
    public func refusedLine(_ bytes: UnsafeRawBufferPointer) -> RefusedLine {
        RefusedLine(UnsafeRawBufferPointer(rebasing: bytes[min(headStart, bytes.count)...]), limit: limits.targetBytes)
    }
}
