/// Finds what somebody may have meant.
enum NearestName {
    /// The name closest to `word`, if one is close: a third of its letters may be wrong, at least one.
    static func of(_ word: String, among names: some Sequence<String>) -> String? {
        let limit = max(1, word.count / 3)
        var best: (name: String, distance: Int)?
        for name in names {
            let distance = distance(Array(word.lowercased()), Array(name.lowercased()), limit: limit)
            if distance <= limit, distance < best?.distance ?? Int.max { best = (name, distance) }
        }
        return best?.name
    }

    /// `; did you mean "bedtime"?`, or nothing where no name is close.
    static func offer(_ word: String, among names: some Sequence<String>) -> String {
        of(word, among: names).map { "; did you mean \"\($0)\"?" } ?? ""
    }

    /// Letters to change, add, drop or swap with their neighbour; anything over `limit` where it is more.
    private static func distance(_ a: [Character], _ b: [Character], limit: Int) -> Int {
        if abs(a.count - b.count) > limit { return limit + 1 }
        if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
        var twoAbove: [Int] = []
        var above = Array(0...b.count)
        for i in 1...a.count {
            var row = [i]
            for j in 1...b.count {
                let cost = a[i - 1] == b[j - 1] ? 0 : 1
                var least = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + cost)
                if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] { least = min(least, twoAbove[j - 2] + 1) }
                row.append(least)
            }
            twoAbove = above
            above = row
        }
        return above[b.count]
    }
}
