/// A text left where it is among a frame's bytes.
struct TextSpan {
    private(set) var start: UInt32 = 0
    /// Bytes plus one; 0 where there is no text at all.
    private var marked: UInt32 = 0

    /// No text.
    init() {}

    init(start: Int, count: Int) {
        self.start = UInt32(truncatingIfNeeded: start)
        marked = UInt32(truncatingIfNeeded: count) &+ 1
    }

    var isNone: Bool { marked == 0 }

    /// The text's bytes; none where there is no text.
    func bytes(in frame: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        let count = isNone ? 0 : Int(marked &- 1)
        guard Int(start) &+ count <= frame.count else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        return UnsafeRawBufferPointer(rebasing: frame[Int(start)..<(Int(start) &+ count)])
    }

    /// nil where there is no text. What is no UTF-8 in it is replaced.
    func text(in frame: UnsafeRawBufferPointer) -> String? {
        isNone ? nil : String(decoding: bytes(in: frame), as: UTF8.self)
    }
}
