public import PatternMatching

/// A known device or person.
public struct ClientDeclaration: Sendable, Hashable {
    public var name: String
    public var place: SourcePlace
    /// nil: its group is found as for any device (users and prefixes of groups, else `default`).
    public var group: String?
    public var addresses: [IPPrefix]
    public var macs: [MACAddress]
    public var users: [String]
    public var note: String?

    public init(
        name: String, place: SourcePlace = .start, group: String? = nil, addresses: [IPPrefix] = [], macs: [MACAddress] = [],
        users: [String] = [], note: String? = nil
    ) {
        self.name = name
        self.place = place
        self.group = group
        self.addresses = addresses
        self.macs = macs
        self.users = users
        self.note = note
    }
}
