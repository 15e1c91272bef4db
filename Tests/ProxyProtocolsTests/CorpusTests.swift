import Foundation
import Testing

@testable import ProxyProtocols

/// The inputs that the fuzzer found worth keeping (`script/fuzz`), through the same entry points in a build with every check: a file for each
/// entry point, an input a line in hexadecimal. What made one fail once stands there too.
@Suite struct CorpusTests {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Fuzz/Corpus")

    @Test(arguments: FuzzTarget.allCases)
    func staysSound(target: FuzzTarget) throws {
        let found = Self.folder.appendingPathComponent(target.rawValue + ".found.hex")
        let text = try String(contentsOf: Self.folder.appendingPathComponent(target.rawValue + ".hex"), encoding: .utf8)
        let lines = (text + ((try? String(contentsOf: found, encoding: .utf8)) ?? "")).split(separator: "\n")
        #expect(lines.count >= 3)
        for line in lines {
            let digits = Array(line.utf8)
            let input = try stride(from: 0, to: digits.count - 1, by: 2).map {
                try #require(ByteClass.hex(digits[$0])) << 4 | #require(ByteClass.hex(digits[$0 + 1]))
            }
            #expect(input.withUnsafeBytes { target.run($0) } == nil, "\(line)")
        }
    }
}
