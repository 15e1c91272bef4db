import Crypto
import Foundation
import ProxyServer

/// Signs block-page and portal forms with a key of this installation, kept in the data directory (0600).
struct FormKey: FormSigner {
    private static let tagLength = 16

    private let key: SymmetricKey

    /// Reads the key, or makes it on the first start.
    /// - Throws: where the file can be neither read nor made.
    init(data: String) throws {
        let path = data + "/form-key"
        if let bytes = FileManager.default.contents(atPath: path), bytes.count == 32 {
            key = SymmetricKey(data: bytes)
            return
        }
        key = SymmetricKey(size: .bits256)
        let bytes = key.withUnsafeBytes { Data($0) }
        guard FileManager.default.createFile(atPath: path, contents: bytes, attributes: [.posixPermissions: 0o600]) else {
            throw Terminal.Failure("\(path): cannot be written")
        }
    }

    func sign(_ bytes: [UInt8]) -> String {
        let tag = HMAC<SHA256>.authenticationCode(for: bytes, using: key)
        return Data(bytes + Array(tag).prefix(Self.tagLength)).base64EncodedString()
            .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    func verify(_ token: String) -> [UInt8]? {
        let plain = token.replacing("-", with: "+").replacing("_", with: "/")
        let padding = String(repeating: "=", count: (4 - plain.utf8.count % 4) % 4)
        guard let all = Data(base64Encoded: plain + padding), all.count >= Self.tagLength else { return nil }
        let bytes = Array(all.dropLast(Self.tagLength))
        let tag = Array(HMAC<SHA256>.authenticationCode(for: bytes, using: key)).prefix(Self.tagLength)
        // Every byte is compared, so that the time taken tells nothing.
        let differences = zip(tag, all.suffix(Self.tagLength)).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) }
        return differences == 0 ? bytes : nil
    }
}
