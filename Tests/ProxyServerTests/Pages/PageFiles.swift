import Foundation

@testable import ProxyServer

/// The pages as they are shipped.
enum PageFiles {
    static let all: [String: [UInt8]] = {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../../web/proxy").standardizedFileURL
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return Dictionary(
            uniqueKeysWithValues: names.compactMap { name in
                (try? Data(contentsOf: folder.appendingPathComponent(name))).map { (name, Array($0)) }
            })
    }()

    static func templates() throws -> PageTemplates { try PageTemplates(files: all) }
}

/// Signs by writing the bytes down, with a mark no form makes up by chance.
struct PlainSigner: FormSigner {
    func sign(_ bytes: [UInt8]) -> String {
        "signed-" + bytes.map { String($0, radix: 16).count == 1 ? "0" + String($0, radix: 16) : String($0, radix: 16) }.joined()
    }

    func verify(_ token: String) -> [UInt8]? {
        guard token.hasPrefix("signed-") else { return nil }
        let digits = Array(token.dropFirst(7))
        guard digits.count % 2 == 0 else { return nil }
        return stride(from: 0, to: digits.count, by: 2).compactMap { UInt8(String(digits[$0...($0 + 1)]), radix: 16) }
    }
}
