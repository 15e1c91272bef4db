internal import Crypto
internal import Foundation
internal import _CryptoExtras

/// A scrypt password hash as stored: `$scrypt$ln=15,r=8,p=3$salt$hash`, salt and hash in base64.
struct PasswordHash: Sendable, Hashable {
    let cost: ScryptCost
    let salt: [UInt8]
    let hash: [UInt8]

    /// Hashes a new password with a fresh salt. Takes the time the cost says: not for an event loop.
    static func make(_ password: String, cost: ScryptCost) throws -> PasswordHash {
        let salt = Secret.random(16)
        return PasswordHash(cost: cost, salt: salt, hash: try derive(password, salt: salt, cost: cost))
    }

    /// Compares in constant time. A hash that cannot be computed does not match.
    func matches(_ password: String) -> Bool {
        guard let other = try? PasswordHash.derive(password, salt: salt, cost: cost), other.count == hash.count else { return false }
        return zip(other, hash).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    private static func derive(_ password: String, salt: [UInt8], cost: ScryptCost) throws -> [UInt8] {
        let key = try KDF.Scrypt.deriveKey(
            from: Array(password.precomposedStringWithCompatibilityMapping.utf8), salt: salt, outputByteCount: 32, rounds: 1 << cost.logN,
            blockSize: cost.r,
            parallelism: cost.p, maxMemory: 256 << 20)
        return key.withUnsafeBytes { Array($0) }
    }
}

extension PasswordHash: LosslessStringConvertible {
    init?(_ text: String) {
        let parts = text.split(separator: "$").map(String.init)
        guard parts.count == 4, parts[0] == "scrypt", let salt = Data(base64Encoded: parts[2]), let hash = Data(base64Encoded: parts[3]),
            hash.count == 32
        else { return nil }
        var values: [String: Int] = [:]
        for pair in parts[1].split(separator: ",") {
            let sides = pair.split(separator: "=")
            guard sides.count == 2, let value = Int(sides[1]) else { return nil }
            values[String(sides[0])] = value
        }
        guard let logN = values["ln"], let r = values["r"], let p = values["p"] else { return nil }
        let cost = ScryptCost(logN: logN, r: r, p: p)
        guard cost.isSane else { return nil }
        self.init(cost: cost, salt: Array(salt), hash: Array(hash))
    }

    var description: String {
        "$scrypt$ln=\(cost.logN),r=\(cost.r),p=\(cost.p)$\(Data(salt).base64EncodedString())$\(Data(hash).base64EncodedString())"
    }
}
