import Foundation
import Testing

@testable import ProxyProtocols

/// The inputs that a coverage-guided fuzzer found worth keeping: one a line, the entry point's name and the bytes in hexadecimal. What a
/// fuzzer finds later is added here.
@Suite struct CorpusTests {
    static let lines: [Substring] = {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures/corpus.hex")
        return (try? String(contentsOf: file, encoding: .utf8))?.split(separator: "\n") ?? []
    }()

    @Test(arguments: FuzzTarget.allCases)
    func staysSound(target: FuzzTarget) throws {
        let own = Self.lines.filter { $0.hasPrefix(target.rawValue + " ") }
        #expect(own.count >= 3)
        for line in own {
            let digits = latin(String(line.dropFirst(target.rawValue.count + 1)))
            let input = try stride(from: 0, to: digits.count - 1, by: 2).map {
                try #require(ByteClass.hex(digits[$0])) << 4 | #require(ByteClass.hex(digits[$0 + 1]))
            }
            #expect(input.withUnsafeBytes { target.run($0) } == nil, "\(line)")
        }
    }
}
