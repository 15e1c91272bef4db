/// A request line's three parts (RFC 9112, 3).
struct RequestLine: Sendable {
    let method: Range<Int>
    let target: Range<Int>
    let version: HTTPVersion

    /// A method longer than this is none that anybody implements.
    static let longestMethod = 32
    /// What a request line may hold besides its target: method, two spaces, version.
    static let overhead = longestMethod + 2 + 8

    /// - Parameter line: the line without its CRLF; no control but HTAB in it.
    init(_ bytes: UnsafeRawBufferPointer, line: Range<Int>, limits: HeadLimits) throws(Refusal) {
        guard let first = ByteScan.first(0x20, bytes, line), first > line.lowerBound,
            let second = ByteScan.first(0x20, bytes, (first &+ 1)..<line.upperBound), second > first &+ 1,
            ByteScan.first(0x20, bytes, (second &+ 1)..<line.upperBound) == nil
        else { throw .badRequest("the request line is not method, target, version") }
        method = line.lowerBound..<first
        target = (first &+ 1)..<second
        version = try Self.version(bytes, (second &+ 1)..<line.upperBound)
        guard method.count <= Self.longestMethod else { throw .badMethod("the method is too long") }
        guard ByteClass.isToken(bytes, method) else { throw .badMethod("the method is no token") }
        guard target.count <= limits.targetBytes else { throw .targetTooLong }
        guard ByteScan.first(0x09, bytes, target) == nil else { throw .badTarget("a tab in the target") }
        guard ByteScan.first(0x23, bytes, target) == nil else { throw .badTarget("a fragment in the target") }
    }

    /// What a line over its limit is refused with.
    static func overlong(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Refusal {
        let end = min(start + longestMethod + 1, bytes.count)
        return ByteScan.first(0x20, bytes, start..<end) == nil ? .badMethod("the method is too long") : .targetTooLong
    }

    private static func version(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) throws(Refusal) -> HTTPVersion {
        let text = UnsafeRawBufferPointer(rebasing: bytes[range])
        guard text.count == 8, ASCII.isExactly(UnsafeRawBufferPointer(rebasing: text[0..<5]), "HTTP/"), ByteClass.isDigit(text[5]),
            text[6] == 0x2e, ByteClass.isDigit(text[7])
        else { throw .badRequest("no HTTP version") }
        guard text[5] == 0x31 else { throw Refusal(status: 505, code: "bad-version", detail: "another major version") }
        switch text[7] {
        case 0x30: return .v10
        case 0x31: return .v11
        default: throw .badRequest("an HTTP/1 version that does not exist")
        }
    }
}
