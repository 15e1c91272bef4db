import PolicyStore

/// Who is signed in, and by what.
struct Visitor: Sendable {
    enum Credential: Sendable {
        /// The session cookie's value.
        case session(String)
        /// A bearer token: not sent by a browser on its own, so it needs no form token.
        case token
    }

    var user: String
    var role: Account.Role
    var credential: Credential
}
