import Testing

@testable import VisitStore

@Suite struct CRC32CTests {
    /// RFC 3720, appendix B.4.
    private static let known: [(bytes: [UInt8], sum: UInt32)] = [
        ([UInt8](repeating: 0, count: 32), 0x8a91_36aa), ([UInt8](repeating: 0xff, count: 32), 0x62a8_ab43), ([UInt8](0..<32), 0x46dd_794e),
        ([UInt8]((0..<32).reversed()), 0x113f_db5c), (Array("123456789".utf8), 0xe306_9283), ([], 0),
    ]

    @Test(arguments: known.indices) func sumsAreThoseOfTheStandard(_ index: Int) {
        let (bytes, sum) = Self.known[index]
        bytes.withUnsafeBytes { #expect(CRC32C.of($0) == sum && CRC32C.byTables($0) == sum) }
    }

    @Test func instructionAndTablesAgree() {
        let bytes = (0..<400).map { UInt8(truncatingIfNeeded: $0 &* 151 ^ $0 >> 3) }
        bytes.withUnsafeBytes { all in
            for start in 0..<9 {
                for end in start..<all.count {
                    let some = UnsafeRawBufferPointer(rebasing: all[start..<end])
                    #expect(CRC32C.of(some) == CRC32C.byTables(some))
                }
            }
        }
    }
}
