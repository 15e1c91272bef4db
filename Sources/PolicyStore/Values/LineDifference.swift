/// One line of the difference between two texts.
public struct LineDifference: Sendable, Hashable, Codable {
    public enum Kind: String, Sendable, Codable { case same, removed, added }

    public var kind: Kind
    /// Line number in the older text, from 1; nil for an added line.
    public var old: Int?
    /// Line number in the newer text, from 1; nil for a removed line.
    public var new: Int?
    public var text: String

    public init(kind: Kind, old: Int?, new: Int?, text: String) {
        self.kind = kind
        self.old = old
        self.new = new
        self.text = text
    }

    /// Every line of both texts in order, removed lines before the added ones that take their place.
    public static func between(_ old: String, _ new: String) -> [LineDifference] {
        let before = lines(of: old)
        let after = lines(of: new)
        let difference = after.difference(from: before)
        var removed = Set<Int>()
        var added = Set<Int>()
        for change in difference {
            switch change {
            case .remove(let offset, _, _): removed.insert(offset)
            case .insert(let offset, _, _): added.insert(offset)
            }
        }
        var result: [LineDifference] = []
        result.reserveCapacity(before.count &+ added.count)
        var oldIndex = 0
        var newIndex = 0
        while oldIndex < before.count || newIndex < after.count {
            if oldIndex < before.count, removed.contains(oldIndex) {
                result.append(LineDifference(kind: .removed, old: oldIndex + 1, new: nil, text: before[oldIndex]))
                oldIndex += 1
            } else if newIndex < after.count, added.contains(newIndex) || oldIndex >= before.count {
                result.append(LineDifference(kind: .added, old: nil, new: newIndex + 1, text: after[newIndex]))
                newIndex += 1
            } else {
                result.append(LineDifference(kind: .same, old: oldIndex + 1, new: newIndex + 1, text: before[oldIndex]))
                oldIndex += 1
                newIndex += 1
            }
        }
        return result
    }

    private static func lines(of text: String) -> [String] {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines
    }
}
