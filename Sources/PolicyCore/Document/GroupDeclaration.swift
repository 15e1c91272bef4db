public import PatternMatching

/// A group as written: settings left out are nil and come from the group it inherits, else from ``GroupSettings``.
public struct GroupDeclaration: Sendable, Hashable {
    public var name: String
    public var place: SourcePlace
    public var addresses: [IPPrefix]
    public var users: [String]
    public var inherit: String?
    public var rules: [RuleDeclaration]
    /// What happens to a request no rule decides; nil where not written.
    public var defaultVerdict: Verdict?
    public var safeSearch: Bool?
    /// Where `safe-search` stands; nil where not written.
    public var safeSearchPlace: SourcePlace?
    public var youtube: GroupSettings.Restriction?
    public var recordsURL: Bool?
    public var allowsOpaque: Bool?
    public var note: String?

    public init(
        name: String, place: SourcePlace = .start, addresses: [IPPrefix] = [], users: [String] = [], inherit: String? = nil,
        rules: [RuleDeclaration] = [], defaultVerdict: Verdict? = nil, safeSearch: Bool? = nil,
        youtube: GroupSettings.Restriction? = nil, recordsURL: Bool? = nil, allowsOpaque: Bool? = nil, note: String? = nil
    ) {
        self.name = name
        self.place = place
        self.addresses = addresses
        self.users = users
        self.inherit = inherit
        self.rules = rules
        self.defaultVerdict = defaultVerdict
        self.safeSearch = safeSearch
        self.youtube = youtube
        self.recordsURL = recordsURL
        self.allowsOpaque = allowsOpaque
        self.note = note
    }
}
