/// One stream of the journal being taken into the database.
struct JournalSource {
    var cursor: SegmentCursor
    var position: StreamPosition
    /// The recorder where this process writes the stream; nil for a stream of a process that is gone.
    let live: JournalStream?
    /// The segments of a stream nobody writes any more.
    var numbers: [UInt32]
    var isExhausted = false

    init(folder: String, position: StreamPosition, live: JournalStream?, numbers: [UInt32] = []) {
        var position = position
        if let first = numbers.first, position.number < first { (position.number, position.offset) = (first, SegmentHeader.size) }
        cursor = SegmentCursor(
            folder: folder, boot: position.boot, stream: position.stream, number: position.number, offset: position.offset)
        self.position = position
        self.live = live
        self.numbers = numbers
    }

    /// Takes what is new into a batch.
    /// - Parameter most: records.
    /// - Returns: whether there is more.
    mutating func take(into batch: inout VisitBatch, most: Int, _ turns: inout ShortTurns) -> Bool {
        var limit: (number: UInt32, offset: Int)?
        if let live {
            let published = live.published
            if published.number == 0 { return false }
            limit = (published.number, published.offset)
            numbers = cursor.number < published.number ? Array(cursor.number...published.number) : [published.number]
        }
        var position = position
        let stop = cursor.readFrames(upTo: limit, numbers: numbers, most: most) { frame, isAfterDamage in
            turns.step()
            return batch.take(frame: frame, &position, cause: isAfterDamage ? "journal" : "unwritten")
        }
        batch.settle()
        position.number = cursor.number
        position.offset = cursor.offset
        self.position = position
        isExhausted = live == nil && stop == .end
        return stop == .full
    }
}
