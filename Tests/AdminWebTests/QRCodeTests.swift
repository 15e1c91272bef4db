import Testing

@testable import AdminWeb

@Suite struct QRCodeTests {
    /// The check codewords of the well-known example "HELLO WORLD" in version 1-M.
    @Test func checkCodewords() {
        let data: [UInt8] = [32, 91, 11, 120, 209, 114, 220, 77, 67, 64, 236, 17, 236, 17, 236, 17]
        #expect(ReedSolomon.remainder(of: data[...], degree: 10) == [196, 35, 39, 119, 235, 215, 231, 226, 93, 23])
    }

    @Test(arguments: [
        (0, 21), (14, 21), (15, 25), (26, 25), (27, 29), (62, 33), (84, 37), (106, 41), (122, 45), (152, 49), (180, 53), (213, 57),
    ])
    func takesTheSmallestVersion(_ length: Int, _ size: Int) throws {
        #expect(try #require(QRCode(String(repeating: "x", count: length))).size == size)
    }

    @Test func tooLongIsNone() { #expect(QRCode(String(repeating: "x", count: 214)) == nil) }

    /// Reads a code back: format, mask, placement, blocks.
    @Test(arguments: [
        "", "http://192.168.1.2:8080/proxy.pac", String(repeating: "weir ", count: 24), String(repeating: "0123456789", count: 21),
    ])
    func readsBack(_ text: String) throws {
        let code = try #require(QRCode(text))
        #expect(QRReading(code).text == text)
    }

    @Test func finders() throws {
        let code = try #require(QRCode("weir"))
        for (x, y) in [(0, 0), (code.size - 7, 0), (0, code.size - 7)] {
            #expect((0..<7).allSatisfy { code.isDark(x + $0, y) && code.isDark(x, y + $0) && code.isDark(x + $0, y + 6) })
            #expect(!code.isDark(x + 1, y + 1) && code.isDark(x + 3, y + 3))
        }
    }
}

/// A reader of whole, undamaged codes of level M, written from the standard's side: where modules are, not how they were put there.
private struct QRReading {
    let text: String?

    init(_ code: QRCode) {
        let size = code.size
        let version = (size - 17) / 4
        // Format bits beside the upper left finder, unmasked; two bits of level, three of mask.
        let places = [
            (0, 8), (1, 8), (2, 8), (3, 8), (4, 8), (5, 8), (7, 8), (8, 8), (8, 7), (8, 5), (8, 4), (8, 3), (8, 2), (8, 1), (8, 0),
        ]
        let format = places.reduce(0) { $0 << 1 | (code.isDark($1.0, $1.1) ? 1 : 0) } ^ 0x5412
        guard format >> 13 == 0 else {
            text = nil
            return
        }
        let mask = format >> 10 & 7
        var bits: [Bool] = []
        var upward = true
        for right in stride(from: size - 1, through: 1, by: -2).map({ $0 <= 6 ? $0 - 1 : $0 }) where right > 0 {
            for step in 0..<size {
                let y = upward ? size - 1 - step : step
                for x in [right, right - 1] where !Self.isFunction(x, y, size, version) {
                    bits.append(code.isDark(x, y) != Self.mask(mask, x, y))
                }
            }
            upward.toggle()
        }
        let codewords = stride(from: 0, through: bits.count - 8, by: 8).map { at in bits[at..<at + 8].reduce(0) { $0 << 1 | ($1 ? 1 : 0) } }
        text = Self.payload(Self.deinterleaved(codewords, version), version)
    }

    private static let sizes: [[Int]] = [
        [16], [28], [44], [32, 32], [43, 43], [27, 27, 27, 27], [31, 31, 31, 31], [38, 38, 39, 39], [36, 36, 36, 37, 37],
        [43, 43, 43, 43, 44],
    ]

    private static func deinterleaved(_ words: [Int], _ version: Int) -> [Int] {
        let sizes = sizes[version - 1]
        var blocks = sizes.map { _ in [Int]() }
        var next = words.makeIterator()
        for index in 0..<(sizes.max() ?? 0) {
            for block in sizes.indices where index < sizes[block] { blocks[block].append(next.next() ?? 0) }
        }
        return blocks.flatMap { $0 }
    }

    private static func payload(_ words: [Int], _ version: Int) -> String? {
        let bits = words.flatMap { word in (0..<8).map { word >> (7 - $0) & 1 } }
        let number = { (range: Range<Int>) in bits[range].reduce(0) { $0 << 1 | $1 } }
        guard number(0..<4) == 4 else { return nil }
        let start = version < 10 ? 12 : 20
        let count = number(4..<start)
        return String(decoding: (0..<count).map { UInt8(number(start + $0 * 8..<start + $0 * 8 + 8)) }, as: UTF8.self)
    }

    private static func isFunction(_ x: Int, _ y: Int, _ size: Int, _ version: Int) -> Bool {
        if (x < 9 && y < 9) || (x < 9 && y >= size - 8) || (x >= size - 8 && y < 9) || x == 6 || y == 6 { return true }
        if version >= 7, (x >= size - 11 && y < 6) || (y >= size - 11 && x < 6) { return true }
        let centres: [[Int]] = [
            [], [6, 18], [6, 22], [6, 26], [6, 30], [6, 34], [6, 22, 38], [6, 24, 42], [6, 26, 46], [6, 28, 50],
        ]
        for a in centres[version - 1] {
            for b in centres[version - 1] where !(a == 6 && b == 6) && !(a == 6 && b == size - 7) && !(a == size - 7 && b == 6) {
                if abs(x - a) <= 2 && abs(y - b) <= 2 { return true }
            }
        }
        return false
    }

    private static func mask(_ mask: Int, _ x: Int, _ y: Int) -> Bool {
        switch mask {
        case 0: (y + x) % 2 == 0
        case 1: y % 2 == 0
        case 2: x % 3 == 0
        case 3: (y + x) % 3 == 0
        case 4: (y / 2 + x / 3) % 2 == 0
        case 5: (y * x) % 2 + (y * x) % 3 == 0
        case 6: ((y * x) % 2 + (y * x) % 3) % 2 == 0
        default: ((y + x) % 2 + (y * x) % 3) % 2 == 0
        }
    }
}
