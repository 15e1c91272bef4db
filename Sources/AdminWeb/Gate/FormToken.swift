import Crypto

/// The token in every form of a session: a hash of the session's secret, so that nothing is kept for it and no other site can know it.
struct FormToken: Sendable {
    let text: String

    init(session: String) {
        text = SHA256.hash(data: Array("weir form token\u{0}\(session)".utf8)).map { byte in
            let digits = Array("0123456789abcdef")
            return String([digits[Int(byte >> 4)], digits[Int(byte & 15)]])
        }.joined()
    }

    /// In time that does not depend on where they differ.
    func matches(_ given: String) -> Bool {
        let (a, b) = (Array(text.utf8), Array(given.utf8))
        guard a.count == b.count else { return false }
        return zip(a, b).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
