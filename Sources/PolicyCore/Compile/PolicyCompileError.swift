/// Why a document makes no snapshot. A document read without errors makes one.
public struct PolicyCompileError: Error, Sendable, Hashable, CustomStringConvertible {
    public struct Problem: Sendable, Hashable {
        public var place: SourcePlace
        public var message: String
    }

    public var problems: [Problem]

    public var description: String {
        problems.map { "\($0.place.line):\($0.place.column): \($0.message)" }.joined(separator: "\n")
    }
}
