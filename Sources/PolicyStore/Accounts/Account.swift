public import PolicyCore

/// Somebody who may sign in.
public struct Account: Sendable, Hashable, Codable, Identifiable {
    /// What an account may do; each includes those after it.
    public enum Role: String, Sendable, Codable, CaseIterable {
        /// Everything, accounts among it.
        case owner
        /// Policy, lists, grants, requests.
        case manager
        /// Sees everything, changes nothing.
        case viewer
        /// The proxy and My page only.
        case user

        /// Whether this role may do what `other` may.
        public func includes(_ other: Role) -> Bool { rank <= other.rank }

        private var rank: Int {
            switch self {
            case .owner: 0
            case .manager: 1
            case .viewer: 2
            case .user: 3
            }
        }
    }

    public var name: String
    public var role: Role
    public var created: Instant
    public var lastSignIn: Instant?

    public var id: String { name }

    public init(name: String, role: Role, created: Instant, lastSignIn: Instant? = nil) {
        self.name = name
        self.role = role
        self.created = created
        self.lastSignIn = lastSignIn
    }
}
