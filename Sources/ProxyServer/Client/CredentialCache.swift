import NIOCore
import PatternMatching

/// What the slow check of a user's password said, for five minutes or until an account changes. Keys are keyed hashes under a secret of this
/// process: the password itself is not kept.
struct CredentialCache {
    static let life = TimeAmount.minutes(5)
    /// A wrong password is forgotten sooner: it may just have been set.
    static let refusalLife = TimeAmount.seconds(5)
    private static let capacity = 4_096

    fileprivate struct Key: Hashable {
        let first: Int
        let second: Int
    }

    /// A check that is under way: who asks the same meanwhile gets its answer.
    struct Question: Hashable {
        fileprivate let key: Key
        let generation: UInt64
        let address: IPAddress
    }

    private let salt = (UInt64.random(in: .min ... .max), UInt64.random(in: .min ... .max))
    var underWay: [Question: EventLoopFuture<CredentialAnswer>] = [:]
    private var known: [Key: (isRight: Bool, generation: UInt64, until: NIODeadline)] = [:]

    /// - Parameter generation: the checker's, now.
    func answer(user: String, password: String, generation: UInt64, at now: NIODeadline) -> Bool? {
        guard let entry = known[key(user, password)], entry.generation == generation, now < entry.until else { return nil }
        return entry.isRight
    }

    /// - Parameter generation: the checker's, from before it was asked.
    mutating func remember(user: String, password: String, isRight: Bool, generation: UInt64, at now: NIODeadline) {
        if known.count >= Self.capacity { known = known.filter { $0.value.until > now } }
        if known.count >= Self.capacity { known.removeAll() }
        known[key(user, password)] = (isRight, generation, now + (isRight ? Self.life : Self.refusalLife))
    }

    func question(user: String, password: String, generation: UInt64, from address: IPAddress) -> Question {
        Question(key: key(user, password), generation: generation, address: address)
    }

    // Two independently salted SipHash-1-3 values, seeded by the process: not to be computed or collided from outside.
    private func key(_ user: String, _ password: String) -> Key {
        Key(first: hash(salt.0, user, password), second: hash(salt.1, user, password))
    }

    private func hash(_ salt: UInt64, _ user: String, _ password: String) -> Int {
        var hasher = Hasher()
        hasher.combine(salt)
        hasher.combine(user)
        hasher.combine(password)
        return hasher.finalize()
    }
}
