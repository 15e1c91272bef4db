/// The part of a long list that a page shows: what matches the search, at most so many.
struct Excerpt<Element> {
    static var most: Int { 300 }

    let shown: [Element]
    /// How many match beside those shown.
    let left: Int

    /// - Parameters:
    ///   - find: what is looked for, ASCII case aside; nil for everything.
    ///   - texts: where it is looked for.
    init(_ all: [Element], find: String?, texts: (Element) -> [String]) {
        let wanted = find?.lowercased()
        let matching = wanted.map { wanted in all.filter { texts($0).contains { $0.lowercased().contains(wanted) } } } ?? all
        shown = Array(matching.prefix(Self.most))
        left = matching.count - shown.count
    }
}
