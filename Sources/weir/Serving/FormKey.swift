import Crypto
import Foundation
import ProxyServer

/// Signs block-page and portal forms with a key of this installation, kept in the data directory (0600).
struct FormKey: FormSigner {
    private static let tagLength = 16

    /// With the key taken in: every page begins with a copy.
    private let fresh: HMAC<SHA256>

    /// Reads the key, or makes it on the first start.
    /// - Throws: where the file can be neither read nor made.
    init(data: String) throws {
        let path = data + "/form-key"
        if let bytes = FileManager.default.contents(atPath: path), bytes.count == 32 {
            fresh = HMAC(key: SymmetricKey(data: bytes))
            return
        }
        let key = SymmetricKey(size: .bits256)
        fresh = HMAC(key: key)
        let bytes = key.withUnsafeBytes { Data($0) }
        guard FileManager.default.createFile(atPath: path, contents: bytes, attributes: [.posixPermissions: 0o600]) else {
            throw Terminal.Failure("\(path): cannot be written")
        }
    }

    func sign(_ bytes: [UInt8]) -> String {
        var output: [UInt8] = []
        sign(bytes, into: &output)
        return String(decoding: output, as: UTF8.self)
    }

    /// Every block page holds a token, so no text is made, searched and replaced for it.
    func sign(_ bytes: [UInt8], into output: inout [UInt8]) { Self.append(bytes + tag(of: bytes), to: &output) }

    private func tag(of bytes: [UInt8]) -> some Sequence<UInt8> {
        var code = fresh
        code.update(data: bytes)
        return code.finalize().prefix(Self.tagLength)
    }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    /// base64url without padding (RFC 4648, 5).
    private static func append(_ bytes: [UInt8], to output: inout [UInt8]) {
        output.reserveCapacity(output.count + (bytes.count * 4 + 2) / 3)
        alphabet.withUnsafeBufferPointer { alphabet in
            var (bits, held) = (UInt32(0), UInt32(0))
            for byte in bytes {
                bits = bits << 8 | UInt32(byte)
                held += 8
                while held >= 6 {
                    held -= 6
                    output.append(alphabet[Int(bits >> held & 63)])
                }
            }
            if held > 0 { output.append(alphabet[Int(bits << (6 - held) & 63)]) }
        }
    }

    func verify(_ token: String) -> [UInt8]? {
        let plain = token.replacing("-", with: "+").replacing("_", with: "/")
        let padding = String(repeating: "=", count: (4 - plain.utf8.count % 4) % 4)
        guard let all = Data(base64Encoded: plain + padding), all.count >= Self.tagLength else { return nil }
        let bytes = Array(all.dropLast(Self.tagLength))
        // Every byte is compared, so that the time taken tells nothing.
        let differences = zip(tag(of: bytes), all.suffix(Self.tagLength)).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) }
        return differences == 0 ? bytes : nil
    }
}
