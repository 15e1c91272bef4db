import PolicyStore

/// What the API answers of one; optional fields are left out where absent.
struct AccountAnswer: Encodable {
    var user: String
    var role: String

    init(_ account: Account) {
        user = account.name
        role = account.role.rawValue
    }
}
