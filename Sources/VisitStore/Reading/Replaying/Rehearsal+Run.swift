public import PolicyCore

extension Rehearsal {
    /// How far a rehearsal is.
    public struct Progress: Sendable {
        /// Visits read so far, those before the span included.
        public var visits: Int
        /// The time of the last one.
        public var reached: Instant
    }

    /// Judges everything recorded up to a moment. Blocks the caller: minutes for millions of visits.
    /// - Parameters:
    ///   - reader: of the visits.
    ///   - to: not included.
    ///   - goesOn: asked after each stretch; false stops, and the report is of what was judged so far.
    /// - Throws: ``VisitStoreError``.
    public mutating func run(over reader: any VisitReading, to: Instant, goesOn: (Progress) -> Bool) throws {
        var requests = RecordedRequests(reader, from: start, to: to, withMinutes: needsMinutes)
        var progress = Progress(visits: 0, reached: start)
        while let stretch = try requests.next() {
            for item in stretch {
                switch item {
                case .request(let request):
                    progress.reached = request.time
                    take(request)
                case .passedOver(let time): passOver(at: time)
                }
            }
            progress.visits += stretch.count
            guard goesOn(progress) else { return }
        }
    }
}
