/// A list that holds a name.
public struct ListHit: Sendable, Hashable, Codable {
    /// `ads`, or `ut1/gambling`.
    public var list: String
    public var entry: String
    public var line: Int
    /// The file the line is of, where the list leads to others and it is one of these.
    public var file: String?
    /// The categories that use this list.
    public var categories: [String]

    public init(list: String, entry: String, line: Int, file: String? = nil, categories: [String]) {
        self.list = list
        self.entry = entry
        self.line = line
        self.file = file
        self.categories = categories
    }
}
