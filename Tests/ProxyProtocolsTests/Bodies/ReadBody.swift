@testable import ProxyProtocols

/// What a body came to: the bytes passed on, where it ended, and how.
struct BodyGist: Hashable {
    var sent = ""
    var payload: UInt64 = 0
    /// Input bytes read by the end of the message; nil where it has not ended.
    var end: Int?
    var refusal: String?
}

/// Reads one body, cut in every way; all ways must agree. Each piece is given once, as a socket would.
func readBody(
    _ text: String, _ framing: BodyFraming = .chunked, side: MessageSide = .request, output: BodyOutput = .chunked,
    keepsTrailers: Bool = false,
    limits: HeadLimits = HeadLimits()
) -> BodyGist {
    let input = latin(text)
    let results = Cuts.results(input) { lengths in
        var reader = BodyReader(framing, side: side, output: output, keepsTrailers: keepsTrailers, limits: limits)
        var sent: [UInt8] = []
        var start = 0
        for length in lengths {
            let piece = Array(input[start..<length])
            var position = 0
            reading: while true {
                switch piece.withUnsafeBytes({ reader.read($0, from: &position) }) {
                case .forward(let range): sent += piece[range]
                case .write(let bytes): sent += bytes
                case .more: break reading
                case .end: return BodyGist(sent: latinText(sent), payload: reader.payloadBytes, end: start + position)
                case .refuse(let refusal):
                    return BodyGist(sent: latinText(sent), payload: reader.payloadBytes, refusal: "\(refusal.status) \(refusal.code)")
                }
            }
            start = length
        }
        return BodyGist(sent: latinText(sent), payload: reader.payloadBytes, end: reader.isComplete ? start : nil)
    }
    if results.count == 1, let result = results.first { return result }
    return BodyGist(refusal: "cut differently, different: \(results)")
}
