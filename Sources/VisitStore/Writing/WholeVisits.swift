internal import Visits

/// Visits whose beginning and end lie in one batch, as most do: kept as the bytes of their frames, so that none of their texts is made.
struct WholeVisits {
    struct Visit {
        let id: VisitID
        let beginning: BeginningFields
        var end: EndFields?
        /// Where its frames' payloads lie among the bytes.
        fileprivate let beginningBytes: Range<Int>
        fileprivate var endBytes = 0..<0

        /// Its beginning's frame. `bytes`: all that are kept.
        func beginningFrame(in bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
            UnsafeRawBufferPointer(rebasing: bytes[beginningBytes])
        }

        /// Its end's frame; empty before there is one.
        func endFrame(in bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
            UnsafeRawBufferPointer(rebasing: bytes[endBytes])
        }

        /// The same visit as one that runs, or has ended.
        func running(in bytes: UnsafeRawBufferPointer) -> RunningVisit {
            let visit = RunningVisit(id: id, beginning: beginning.visit(in: beginningFrame(in: bytes)))
            if let end { visit.finish(end.end(id, in: endFrame(in: bytes))) }
            return visit
        }
    }

    /// Bytes kept between two batches; a burst's are let go of.
    private static let mostKept = 4 << 20

    private(set) var visits: [Visit] = []
    private var bytes: [UInt8] = []

    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result { try bytes.withUnsafeBytes(body) }

    func running(_ index: Int) -> RunningVisit { withBytes { visits[index].running(in: $0) } }

    /// - Returns: its index.
    mutating func append(_ id: VisitID, _ beginning: BeginningFields, frame: UnsafeRawBufferPointer) -> Int {
        visits.append(Visit(id: id, beginning: beginning, beginningBytes: keep(frame)))
        return visits.count &- 1
    }

    mutating func end(_ index: Int, _ end: EndFields, frame: UnsafeRawBufferPointer) {
        visits[index].end = end
        visits[index].endBytes = keep(frame)
    }

    mutating func removeAll() {
        let isKept = bytes.capacity <= Self.mostKept
        visits.removeAll(keepingCapacity: isKept)
        bytes.removeAll(keepingCapacity: isKept)
    }

    private mutating func keep(_ frame: UnsafeRawBufferPointer) -> Range<Int> {
        let start = bytes.count
        bytes.append(contentsOf: frame)
        return start..<bytes.count
    }
}
