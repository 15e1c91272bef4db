/// A place in a text: line and column, both from 1; the column counts characters.
public struct SourcePlace: Sendable, Hashable, Comparable, Codable {
    public var line: Int
    public var column: Int

    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    public static func < (a: SourcePlace, b: SourcePlace) -> Bool { (a.line, a.column) < (b.line, b.column) }

    /// Where nothing better is known: the start of the text.
    public static let start = SourcePlace(line: 1, column: 1)
}
