/// What one request brings to a page that is otherwise the same for many: in a page being made to be kept, a mark stands for each.
enum PageMark: UInt8, Sendable, CaseIterable {
    case host, url, client, time, stamp, until, untilStamp, untilLeft, ask, proceed

    /// A character of Unicode's last plane, which is for private use: escaping leaves it as it is, and text that holds one is not kept.
    var text: String { String(decoding: [Self.lead, 0x80, 0x80, 0x80 | rawValue], as: UTF8.self) }

    /// The first byte of each, and of nothing else but that plane's characters.
    private static let lead: UInt8 = 0xf4

    /// Whether text could be taken for a mark.
    static func mayStand(in text: String) -> Bool { text.utf8.contains(lead) }

    /// The marks in a page, each with the place of its four bytes; nil where something else of that plane stands in it.
    static func all(in page: [UInt8]) -> [(mark: PageMark, place: Int)]? {
        var found: [(PageMark, Int)] = []
        for place in page.indices where page[place] == lead {
            guard place + 4 <= page.count, page[place + 1] == 0x80, page[place + 2] == 0x80,
                let mark = PageMark(rawValue: page[place + 3] & 0x7f)
            else { return nil }
            found.append((mark, place))
        }
        return found
    }
}
