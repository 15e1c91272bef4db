public import PatternMatching

/// The compiled lists a policy refers to.
public struct ListSet: Sendable {
    /// nil where there is nothing to look in.
    public var index: MatchIndex?
    /// The source of each reference as the policy writes it: `ads`, `ut1/gambling`.
    public var sources: [String: SourceID]
    /// Names of lists without a first version.
    public var missing: Set<String>
    /// By list: the files its text was put together from; nothing for the many that are one file.
    public var parts: [String: ListParts]

    public init(index: MatchIndex?, sources: [String: SourceID], missing: Set<String> = [], parts: [String: ListParts] = [:]) {
        self.index = index
        self.sources = sources
        self.missing = missing
        self.parts = parts
    }

    /// No list at all.
    public static let none = ListSet(index: nil, sources: [:])
}
