/// A page's bytes with holes for what the next request brings.
struct PageSkeleton: Sendable {
    private var bytes: [UInt8] = []
    /// The holes in order, each with where the bytes before it end.
    private var holes: [(mark: PageMark, end: Int)] = []

    /// - Parameter page: made with marks; nil where it holds something that only looks like one.
    init?(_ page: [UInt8]) {
        guard let marks = PageMark.all(in: page) else { return nil }
        bytes.reserveCapacity(page.count)
        var start = 0
        for (mark, place) in marks {
            bytes += page[start..<place]
            holes.append((mark, bytes.count))
            start = place + 4
        }
        bytes += page[start...]
    }

    /// Roughly what it holds.
    var size: Int { bytes.count + holes.count * MemoryLayout<(PageMark, Int)>.stride }

    /// The page of one request.
    /// - Parameters:
    ///   - more: what the holes will hold, at least roughly.
    ///   - fill: appends what belongs into a hole, safe for where it stands.
    func filled(more: Int, _ fill: (PageMark, inout [UInt8]) -> Void) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count + more)
        var start = 0
        for (mark, end) in holes {
            output += bytes[start..<end]
            fill(mark, &output)
            start = end
        }
        output += bytes[start...]
        return output
    }
}
