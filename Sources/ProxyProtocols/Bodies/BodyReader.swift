/// What to do next with a body's bytes.
public enum BodyStep: Sendable, Hashable {
    /// Send these bytes of the input on, then call again.
    case forward(Range<Int>)
    /// Send these bytes, which stand for what was read (trailers and the end of the body), then call again.
    case write([UInt8])
    /// Everything given was read and the body goes on.
    case more
    /// The body is complete; what follows the position belongs to the next message.
    case end
    /// The framing is broken.
    case refuse(Refusal)
}

/// What a chunked body is turned into.
public enum BodyOutput: Sendable, Hashable {
    /// Still chunked: chunk extensions and unwanted trailers dropped, the rest byte for byte.
    case chunked
    /// The payload alone.
    case payload
}

/// Which way a message goes.
public enum MessageSide: Sendable, Hashable {
    case request
    case response
}

/// Finds the end of a body without copying it: ranges of the input to pass on, in order (RFC 9112, 6 and 7).
public struct BodyReader: Sendable {
    private enum Mode: Sendable {
        case none, length, chunked, untilClose
        case failed(Refusal)
    }

    private var mode: Mode
    private var remaining: UInt64 = 0
    private var decoder = ChunkedDecoder()
    private var trailers: TrailerReader
    private let output: BodyOutput
    private let side: MessageSide
    /// Body bytes passed on so far, without chunk framing.
    public private(set) var payloadBytes: UInt64 = 0
    /// Whether the end was seen.
    public private(set) var isComplete = false

    /// - Parameters:
    ///   - side: whose body: decides the status of a refusal and which trailers pass.
    ///   - output: used where `framing` is `chunked`.
    ///   - keepsTrailers: responses to a client that sent `TE: trailers`, with `output` `chunked`.
    public init(
        _ framing: BodyFraming, side: MessageSide, output: BodyOutput = .chunked, keepsTrailers: Bool = false,
        limits: HeadLimits = HeadLimits()
    ) {
        self.side = side
        self.output = output
        trailers = TrailerReader(side: side, keeps: keepsTrailers && side == .response && output == .chunked, limits: limits)
        switch framing {
        case .none:
            mode = .none
            isComplete = true
        case .length(let length):
            mode = .length
            remaining = length
            isComplete = length == 0
        case .chunked: mode = .chunked
        case .untilClose: mode = .untilClose
        }
    }

    /// - Parameters:
    ///   - bytes: what has been received; all of it is read before `more`, nothing need be kept.
    ///   - position: where to go on reading, moved past what was read. Ranges are positions in `bytes`.
    public mutating func read(_ bytes: UnsafeRawBufferPointer, from position: inout Int) -> BodyStep {
        if case .failed(let refusal) = mode { return .refuse(refusal) }
        if isComplete { return .end }
        guard position >= 0, position < bytes.count else { return .more }
        switch mode {
        case .none, .failed: return .end
        case .untilClose: return pass(bytes.count - position, &position)
        case .length:
            let count = remaining < UInt64(bytes.count - position) ? Int(remaining) : bytes.count - position
            remaining -= UInt64(count)
            isComplete = remaining == 0
            return pass(count, &position)
        case .chunked: return chunks(bytes, &position)
        }
    }

    /// The peer has closed: whether the body was whole. False: truncated; nothing that looks like an end may be sent on.
    public func peerClosed() -> Bool {
        if case .untilClose = mode { return true }
        return isComplete
    }

    private mutating func pass(_ count: Int, _ position: inout Int) -> BodyStep {
        let range = position..<(position + count)
        position += count
        payloadBytes &+= UInt64(count)
        return .forward(range)
    }

    /// Runs over framing and data; gives the longest run of bytes that pass together.
    private mutating func chunks(_ bytes: UnsafeRawBufferPointer, _ position: inout Int) -> BodyStep {
        var run = position
        while position < bytes.count {
            switch decoder.state {
            case .chunk:
                let available = UInt64(bytes.count - position)
                let count = Int(min(available, decoder.remaining))
                decoder.took(count)
                if output == .payload { return pass(count, &position) }
                payloadBytes &+= UInt64(count)
                position += count
            case .trailers: return end(bytes, &position)
            default:
                let fate = decoder.step(bytes[position])
                if case .keep = fate, output == .chunked {
                    // The line of the last chunk is held back until the trailers are known to be good: nobody sees an end that was none.
                    if !decoder.isPastLastSize {
                        position += 1
                        continue
                    }
                    if decoder.isEndingLastSize, Self.isBlankEnd(bytes, after: position) {
                        position += 4
                        decoder.endTrailers()
                        isComplete = true
                        return .forward(run..<position)
                    }
                }
                if case .fault(let detail) = fate {
                    return fail(side == .request ? .badFraming(detail) : .badResponse(detail), run..<position)
                }
                let before = run..<position
                position += 1
                run = position
                if output == .chunked, !before.isEmpty { return .forward(before) }
            }
        }
        return output == .chunked && run < position ? .forward(run..<position) : .more
    }

    /// Whether the LF of the last chunk's size and the CRLF that stands for no trailers follow.
    private static func isBlankEnd(_ bytes: UnsafeRawBufferPointer, after position: Int) -> Bool {
        guard bytes.count - position > 3 else { return false }
        return bytes[position + 1] == 0x0a && bytes[position + 2] == 0x0d && bytes[position + 3] == 0x0a
    }

    /// The last chunk was read: the trailer section, or the CRLF that stands for none.
    private mutating func end(_ bytes: UnsafeRawBufferPointer, _ position: inout Int) -> BodyStep {
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch trailers.add(byte) {
            case .more: continue
            case .refuse(let refusal): return fail(refusal, 0..<0)
            case .end(let lines):
                decoder.endTrailers()
                isComplete = true
                return output == .chunked ? .write([0x0d, 0x0a] + lines) : .end
            }
        }
        return .more
    }

    /// What was good before the fault is passed first, so that every way of cutting the input gives the same bytes.
    private mutating func fail(_ refusal: Refusal, _ good: Range<Int>) -> BodyStep {
        mode = .failed(refusal)
        return output == .chunked && !good.isEmpty ? .forward(good) : .refuse(refusal)
    }
}
