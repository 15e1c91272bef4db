internal import Crypto
internal import Foundation

/// Random secrets given out, and the hashes kept of them.
enum Secret {
    static func random(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }

    /// A secret of `bytes` random bytes in base64url.
    static func text(bytes: Int) -> String {
        Data(random(bytes)).base64EncodedString().replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_")
            .replacingOccurrences(of: "=", with: "")
    }

    /// What is stored of a secret. Secrets are long and random, so that a plain hash will do.
    static func digest(_ secret: String) -> String { hexadecimal(SHA256.hash(data: Array(secret.utf8))) }

    static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef")
        var text = ""
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return text
    }
}
