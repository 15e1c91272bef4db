/// The states of the chunked coding (RFC 9112, 7.1), read byte by byte outside of chunk data. Extensions are checked and dropped; limits on them
/// and on trailers are SECURITY.md's F13 and F15.
struct ChunkedDecoder: Sendable {
    /// What stands at the position.
    enum State: Sendable, Hashable {
        case sizeStart, size, afterSize
        case extensionStart, extensionName, afterName, valueStart, value, quoted, quotedPair, afterValue
        case sizeLF
        case chunk, chunkCR, chunkLF
        case trailers
        case done
    }

    /// What to do with a byte outside of chunk data.
    enum Fate {
        /// Framing that a chunked output needs.
        case keep
        /// An extension's byte.
        case drop
        case fault(String)
    }

    private(set) var state = State.sizeStart
    /// What the current chunk still holds.
    private(set) var remaining: UInt64 = 0
    private var digits = 0
    private var extensionBytes = 0
    private var allExtensionBytes = 0

    static let longestExtension = 256
    static let longestExtensions = 4_096
    private static let mostDigits = 16

    /// Chunk data passed on; `count` is at most `remaining`.
    mutating func took(_ count: Int) {
        remaining -= UInt64(count)
        if remaining == 0 { state = .chunkCR }
    }

    /// The CR after the last chunk's size was read.
    var isEndingLastSize: Bool { state == .sizeLF && remaining == 0 }

    /// The last chunk's size was read, its CR at least.
    var isPastLastSize: Bool { isEndingLastSize || state == .trailers }

    mutating func endTrailers() { state = .done }

    /// One byte in any state but `chunk`, `trailers` and `done`.
    mutating func step(_ byte: UInt8) -> Fate {
        switch state {
        case .sizeStart, .size, .afterSize: return size(byte)
        case .sizeLF:
            guard byte == 0x0a else { return .fault("a chunk size that does not end in CRLF") }
            state = remaining == 0 ? .trailers : .chunk
            return .keep
        case .chunkCR:
            guard byte == 0x0d else { return .fault("chunk data longer than its size") }
            state = .chunkLF
            return .keep
        case .chunkLF:
            guard byte == 0x0a else { return .fault("chunk data that does not end in CRLF") }
            state = .sizeStart
            return .keep
        case .extensionStart, .extensionName, .afterName, .valueStart, .value, .quoted, .quotedPair, .afterValue:
            return extensionByte(byte)
        case .chunk, .trailers, .done: return .fault("out of step")
        }
    }

    private mutating func size(_ byte: UInt8) -> Fate {
        if state == .sizeStart {
            remaining = 0
            digits = 0
            extensionBytes = 0
        }
        if state != .afterSize, let digit = ByteClass.hex(byte) {
            digits += 1
            if digits > Self.mostDigits || remaining > UInt64(Int64.max) >> 4 { return .fault("a chunk size that is too large") }
            remaining = remaining << 4 | UInt64(digit)
            state = .size
            return .keep
        }
        if state == .sizeStart { return .fault("a chunk size that is no number") }
        if byte == 0x0d, state == .size {
            state = .sizeLF
            return .keep
        }
        if byte == 0x3b {
            state = .extensionStart
            return countExtension()
        }
        guard ByteClass.isBlank(byte) else { return .fault("a chunk size that is no number") }
        state = .afterSize
        return countExtension()
    }

    private mutating func countExtension() -> Fate {
        extensionBytes += 1
        allExtensionBytes += 1
        if extensionBytes > Self.longestExtension || allExtensionBytes > Self.longestExtensions {
            return .fault("chunk extensions over their limit")
        }
        return .drop
    }

    private mutating func extensionByte(_ byte: UInt8) -> Fate {
        if byte == 0x0d, state == .extensionName || state == .value || state == .afterValue {
            state = .sizeLF
            return .keep
        }
        guard let next = Self.next(state, byte) else { return .fault("a malformed chunk extension") }
        state = next
        return countExtension()
    }

    /// chunk-ext = *( BWS ";" BWS name [ BWS "=" BWS ( token / quoted-string ) ] ); nil where the byte does not fit.
    private static func next(_ state: State, _ byte: UInt8) -> State? {
        let isBlank = ByteClass.isBlank(byte)
        let isToken = ByteClass.isToken(byte)
        switch state {
        case .extensionStart: return isToken ? .extensionName : isBlank ? .extensionStart : nil
        case .extensionName:
            if isToken { return .extensionName }
            return byte == 0x3d ? .valueStart : byte == 0x3b ? .extensionStart : isBlank ? .afterName : nil
        case .afterName: return byte == 0x3d ? .valueStart : byte == 0x3b ? .extensionStart : isBlank ? .afterName : nil
        case .valueStart: return byte == 0x22 ? .quoted : isToken ? .value : isBlank ? .valueStart : nil
        case .value:
            if isToken { return .value }
            return byte == 0x3b ? .extensionStart : isBlank ? .afterValue : nil
        case .quoted: return byte == 0x22 ? .afterValue : byte == 0x5c ? .quotedPair : ByteClass.isText(byte) ? .quoted : nil
        case .quotedPair: return ByteClass.isText(byte) ? .quoted : nil
        case .afterValue: return byte == 0x3b ? .extensionStart : isBlank ? .afterValue : nil
        default: return nil
        }
    }
}
