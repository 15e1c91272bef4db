import PatternMatching
import Testing

@testable import ProxyServer

@Suite struct NameReplyTests {
    private static let name: [UInt8] = [1, 0x61, 4, 0x74, 0x65, 0x73, 0x74, 0]
    private static let four: [UInt8] = [192, 0, 2, 7]

    private static func head(answers: UInt8, authorities: UInt8 = 0) -> [UInt8] {
        [0, 1, 0x81, 0x80, 0, 1, 0, answers, 0, authorities, 0, 0]
    }

    private static func record(_ owner: [UInt8], _ type: UInt8, _ ttl: [UInt8], _ content: [UInt8]) -> [UInt8] {
        owner + [0, type, 0, 1] + ttl + [0, UInt8(content.count)] + content
    }

    private static let question = name + [0, 1, 0, 1]

    private func read(_ answers: [[UInt8]], question: [UInt8] = question) -> NameReply? {
        let bytes = Self.head(answers: UInt8(answers.count)) + question + answers.joined()
        return bytes.withUnsafeBytes { NameReply($0, isV4: true) }
    }

    @Test func addressesAtTheEndOfTheAliases() {
        let alias = Self.record([0xc0, 12], 5, [0, 0, 0, 9], [1, 0x42, 0xc0, 14])
        let end = Self.record([1, 0x62, 0xc0, 14], 1, [0, 0, 0, 30], Self.four)
        let stray = Self.record([1, 0x63, 0xc0, 14], 1, [0, 0, 0, 1], [192, 0, 2, 9])
        let reply = read([stray, end, alias])
        #expect(reply?.addresses.map(\.description) == ["192.0.2.7"], "in any order, in any case, and of no other name")
        #expect(reply?.seconds == 9)
    }

    private static let ttls: [([UInt8], Int64)] = [([0x80, 0, 0, 1], 0), ([0, 1, 0, 0], 65_536), ([0, 0, 0, 0], 0)]

    @Test(arguments: ttls)
    func times(ttl: [UInt8], seconds: Int64) { #expect(read([Self.record([0xc0, 12], 1, ttl, Self.four)])?.seconds == seconds) }

    private static let broken: [[UInt8]] = [
        record([0xc0, 12], 1, [192, 0, 2]), record([0xc0, 12], 1, [0, 0, 0, 1], [1, 2, 3, 4, 5]), record([0xc0, 30], 1, four),
        record([0xff, 0xff], 1, four), record([64, 1], 1, four), [0xc0], [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 1, 0xff, 0xff, 1],
        record([0xc0, 12], 5, [0xc0, 200]),
    ]

    @Test(arguments: broken) func noReplies(record: [UInt8]) { #expect(read([record]) == nil) }

    @Test func circlesEnd() {
        let one = Self.record([0xc0, 12], 5, [1, 0x62, 0xc0, 14])
        let other = Self.record([1, 0x62, 0xc0, 14], 5, [0xc0, 12])
        #expect(read([one, other])?.addresses == [])
        #expect(read([], question: [0xc0, 12, 0, 1, 0, 1]) == nil, "a pointer to itself")
    }

    @Test func everyPrefixIsReadOrRefused() {
        let bytes = Self.head(answers: 1) + Self.question + Self.record([0xc0, 12], 1, Self.four)
        for length in 0..<bytes.count { #expect(bytes[..<length].withUnsafeBytes { NameReply($0, isV4: true) } == nil, "\(length)") }
    }

    private static func record(_ owner: [UInt8], _ type: UInt8, _ content: [UInt8]) -> [UInt8] {
        record(owner, type, [0, 0, 0, 60], content)
    }
}
