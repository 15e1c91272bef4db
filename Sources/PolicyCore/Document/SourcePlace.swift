/// A place in a text: line and column, both from 1; the column counts characters.
public struct SourcePlace: Sendable, Hashable, Codable {
    public var line: Int
    public var column: Int

    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    /// Where nothing better is known: the start of the text.
    public static let start = SourcePlace(line: 1, column: 1)
}
