import PolicyStore

/// What a route asks of whoever calls it. The whole of the admin site's authority is: one `Need` on every route, checked in one place
/// (``Gate``).
enum Need: String, Sendable, CaseIterable {
    /// Anybody who reaches the port: sign-in, set-up (which has its own one-time token), static files, PAC files.
    case nothing
    /// A program on this machine, or whoever may view.
    case loopback
    /// Anybody signed in, role `user` included: one's own page.
    case account
    /// Sees everything, changes nothing.
    case viewer
    /// Changes policy, lists, grants.
    case manager
    /// Changes who may sign in.
    case owner

    /// - Parameter role: of whoever is signed in, nil for nobody.
    func isMet(by role: Account.Role?, fromLoopback: Bool) -> Bool {
        switch self {
        case .nothing: true
        case .loopback: fromLoopback || role?.includes(.viewer) ?? false
        case .account: role != nil
        case .viewer: role?.includes(.viewer) ?? false
        case .manager: role?.includes(.manager) ?? false
        case .owner: role?.includes(.owner) ?? false
        }
    }
}
