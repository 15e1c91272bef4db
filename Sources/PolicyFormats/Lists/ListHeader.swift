/// What the comments at the top of a list say about it.
public struct ListHeader: Sendable, Hashable, Codable {
    public var title: String?
    public var licence: String?
    public var homepage: String?
    public var modified: String?

    public init() {}

    /// Looks at the comments of the first 100 lines (`# Title: …`, `! License: …`).
    public init(_ head: UnsafeRawBufferPointer) {
        for line in ListLine(UnsafeRawBufferPointer(rebasing: head.prefix(ListDetection.headBytes))).split(0x0a).prefix(100) {
            let line = line.trimmed
            guard let first = line.first, [0x21, 0x23, 0x3b].contains(first), let colon = line.index(of: 0x3a) else { continue }
            let key = line.piece(1, colon).trimmed
            let value = RejectedLine.shown(line.dropFirst(colon + 1).trimmed.unquoted.bytes)
            guard !value.isEmpty else { continue }
            if key.equals("title") || key.equals("listcategory") { title = title ?? value }
            if key.equals("license") || key.equals("licence") { licence = licence ?? value }
            if key.equals("homepage") { homepage = homepage ?? value }
            if key.equals("last modified") || key.equals("date") { modified = modified ?? value }
        }
    }
}

extension ListLine {
    /// Without double quotes around it.
    fileprivate var unquoted: ListLine { count >= 2 && first == 0x22 && last == 0x22 ? dropFirst(1).dropLast(1) : self }
}
