/// Every way in which a test cuts its input: whole, byte by byte, behind every CR and LF, and in halves.
enum Cuts {
    /// Lists of growing prefix lengths, the last the whole input.
    static func prefixes(_ input: [UInt8]) -> [[Int]] {
        if input.isEmpty { return [[0]] }
        let whole = [input.count]
        let bytes = input.count <= 3_000 ? Array(1...input.count) : Array(stride(from: 1, to: input.count, by: 997)) + whole
        let breaks = input.indices.filter { input[$0] == 0x0d || input[$0] == 0x0a }.map { $0 + 1 }.filter { $0 < input.count } + whole
        let halves = [max(1, input.count / 2), input.count]
        return [whole, bytes, breaks.count <= 2_000 ? breaks : whole, halves]
    }

    /// What `feed` gives for each way of cutting; equal results are one.
    static func results<Result: Hashable>(_ input: [UInt8], _ feed: ([Int]) -> Result) -> Set<Result> {
        Set(prefixes(input).map(feed))
    }
}

/// Bytes of a string in which Unicode scalars up to U+00FF stand for themselves.
func latin(_ text: String) -> [UInt8] { text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) } }
