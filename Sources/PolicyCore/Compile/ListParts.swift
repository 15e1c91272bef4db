/// The files that a list's text was put together from, where it is more than one: what stands on a line of the text is told by its file and line.
public struct ListParts: Sendable, Hashable, Codable {
    public struct Part: Sendable, Hashable, Codable {
        /// Below the list's own folder.
        public var file: String
        /// Of the whole text, from 1.
        public var firstLine: Int

        public init(file: String, firstLine: Int) {
            self.file = file
            self.firstLine = firstLine
        }
    }

    /// In the order of the text. What stands before the first is the list's own file.
    public var parts: [Part]

    public init(_ parts: [Part]) { self.parts = parts }

    /// - Parameter line: of the whole text, from 1.
    /// - Returns: the file it stands in, and its line there; nil for the list's own file.
    public func place(ofLine line: Int) -> (file: String, line: Int)? {
        guard let part = parts.last(where: { $0.firstLine <= line }) else { return nil }
        return (part.file, line &- part.firstLine &+ 1)
    }
}
