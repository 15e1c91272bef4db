/// The first byte of a posting: one source's entry at a key.
struct PostingHeader {
    var bits: UInt8

    /// In place of a kind: the key is a host that URL entries name. A group number and the longest path follow.
    static let urlGroup: UInt8 = 7

    init(bits: UInt8) { self.bits = bits }

    init(kind: EntryKind, isException: Bool, isMarked: Bool) {
        bits = kind.rawValue | (isException ? 8 : 0) | (isMarked ? 16 : 0)
    }

    var isGroup: Bool { bits & 7 == PostingHeader.urlGroup }
    var kind: EntryKind { EntryKind(rawValue: bits & 7) ?? .site }
    var isException: Bool { bits & 8 != 0 }
    /// Written with `=` or `*.`.
    var isMarked: Bool { bits & 16 != 0 }
    /// A number of the text as written follows.
    var hasWritten: Bool {
        get { bits & 32 != 0 }
        set { bits = newValue ? bits | 32 : bits & ~32 }
    }
    /// A port follows.
    var hasPort: Bool {
        get { bits & 64 != 0 }
        set { bits = newValue ? bits | 64 : bits & ~64 }
    }
    var isLast: Bool {
        get { bits & 128 != 0 }
        set { bits = newValue ? bits | 128 : bits & ~128 }
    }

    // For groups:
    var hasCased: Bool { bits & 8 != 0 }
    var hasCaseless: Bool { bits & 16 != 0 }

    static func group(hasCased: Bool, hasCaseless: Bool) -> PostingHeader {
        PostingHeader(bits: urlGroup | (hasCased ? 8 : 0) | (hasCaseless ? 16 : 0))
    }
}

/// One source's entry at a key, as read from a record.
struct Posting {
    var header: PostingHeader
    var source: SourceID
    var line: Int
    /// Offset of the text as written, 0 where that is the canonical text.
    var written: Int
    /// 0 for every port.
    var port: UInt16

    init(header: PostingHeader, cursor: inout RecordCursor) {
        self.header = header
        source = SourceID(index: Int(cursor.varint()))
        line = Int(cursor.varint())
        written = header.hasWritten ? Int(cursor.varint()) : 0
        port = header.hasPort ? UInt16(truncatingIfNeeded: cursor.varint()) : 0
    }
}
