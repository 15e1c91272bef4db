/// A QR code (ISO/IEC 18004) of bytes at error correction level M, versions 1 to 10: up to 213 bytes, plenty for an address.
struct QRCode: Sendable {
    /// Modules on a side, 21 to 57.
    let size: Int
    private var dark: [Bool]
    private var isFunction: [Bool]

    /// nil where the text is too long.
    init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard let version = (1...10).first(where: { bytes.count <= Self.capacity(of: $0) }) else { return nil }
        size = 17 + 4 * version
        dark = Array(repeating: false, count: size * size)
        isFunction = dark
        drawFunctionPatterns(version)
        place(Self.codewords(bytes, version))
        chooseMask(version)
    }

    func isDark(_ x: Int, _ y: Int) -> Bool { (0..<size).contains(x) && (0..<size).contains(y) && dark[y * size + x] }

    // MARK: Tables for level M

    /// Data codewords in each block, and check codewords of each block (ISO/IEC 18004, table 9).
    private static let blocks: [(data: [Int], check: Int)] = [
        ([16], 10), ([28], 16), ([44], 26), ([32, 32], 18), ([43, 43], 24), ([27, 27, 27, 27], 16), ([31, 31, 31, 31], 18),
        ([38, 38, 39, 39], 22), ([36, 36, 36, 37, 37], 22), ([43, 43, 43, 43, 44], 26),
    ]
    private static let alignments: [[Int]] = [
        [], [6, 18], [6, 22], [6, 26], [6, 30], [6, 34], [6, 22, 38], [6, 24, 42], [6, 26, 46], [6, 28, 50],
    ]

    /// Bytes a version holds: its data codewords without mode (4 bits) and length (8, from version 10 on 16 bits).
    private static func capacity(of version: Int) -> Int {
        blocks[version - 1].data.reduce(0, +) - (version < 10 ? 2 : 3)
    }

    // MARK: Codewords

    private static func codewords(_ bytes: [UInt8], _ version: Int) -> [UInt8] {
        let (sizes, check) = blocks[version - 1]
        let data = dataCodewords(bytes, version, count: sizes.reduce(0, +))
        var parts: [(data: ArraySlice<UInt8>, check: [UInt8])] = []
        var start = 0
        for size in sizes {
            let part = data[start..<start + size]
            parts.append((part, ReedSolomon.remainder(of: part, degree: check)))
            start += size
        }
        var out: [UInt8] = []
        for index in 0..<(sizes.max() ?? 0) {
            for part in parts where index < part.data.count { out.append(part.data[part.data.startIndex + index]) }
        }
        for index in 0..<check {
            for part in parts { out.append(part.check[index]) }
        }
        return out
    }

    private static func dataCodewords(_ bytes: [UInt8], _ version: Int, count: Int) -> [UInt8] {
        var bits = BitString()
        bits.append(0b0100, 4)
        bits.append(bytes.count, version < 10 ? 8 : 16)
        for byte in bytes { bits.append(Int(byte), 8) }
        bits.append(0, min(4, count * 8 - bits.count))
        bits.append(0, (8 - bits.count % 8) % 8)
        var out = bits.bytes
        var isFirst = true
        while out.count < count {
            out.append(isFirst ? 0xec : 0x11)
            isFirst.toggle()
        }
        return out
    }

    // MARK: Patterns

    private mutating func set(_ x: Int, _ y: Int, _ isDark: Bool) {
        guard (0..<size).contains(x), (0..<size).contains(y) else { return }
        dark[y * size + x] = isDark
        isFunction[y * size + x] = true
    }

    private mutating func drawFunctionPatterns(_ version: Int) {
        for index in 0..<size {
            set(6, index, index % 2 == 0)
            set(index, 6, index % 2 == 0)
        }
        for (x, y) in [(3, 3), (size - 4, 3), (3, size - 4)] { drawFinder(x, y) }
        let places = Self.alignments[version - 1]
        for x in places {
            for y in places where !isFinderCorner(x, y) { drawAlignment(x, y) }
        }
        drawFormat(mask: 0)
        drawVersion(version)
    }

    private func isFinderCorner(_ x: Int, _ y: Int) -> Bool {
        (x == 6 && y == 6) || (x == 6 && y == size - 7) || (x == size - 7 && y == 6)
    }

    private mutating func drawFinder(_ x: Int, _ y: Int) {
        for dy in -4...4 {
            for dx in -4...4 {
                let ring = max(abs(dx), abs(dy))
                set(x + dx, y + dy, ring != 2 && ring != 4)
            }
        }
    }

    private mutating func drawAlignment(_ x: Int, _ y: Int) {
        for dy in -2...2 {
            for dx in -2...2 { set(x + dx, y + dy, max(abs(dx), abs(dy)) != 1) }
        }
    }

    /// Level M (00) and the mask, with their BCH code, twice.
    private mutating func drawFormat(mask: Int) {
        var rest = mask
        for _ in 0..<10 { rest = (rest << 1) ^ ((rest >> 9) * 0x537) }
        let bits = (mask << 10 | rest) ^ 0x5412
        let bit: (Int) -> Bool = { bits >> $0 & 1 == 1 }
        for index in 0...5 { set(8, index, bit(index)) }
        set(8, 7, bit(6))
        set(8, 8, bit(7))
        set(7, 8, bit(8))
        for index in 9..<15 { set(14 - index, 8, bit(index)) }
        for index in 0..<8 { set(size - 1 - index, 8, bit(index)) }
        for index in 8..<15 { set(8, size - 15 + index, bit(index)) }
        set(8, size - 8, true)
    }

    private mutating func drawVersion(_ version: Int) {
        guard version >= 7 else { return }
        var rest = version
        for _ in 0..<12 { rest = (rest << 1) ^ ((rest >> 11) * 0x1f25) }
        let bits = version << 12 | rest
        for index in 0..<18 {
            let isDark = bits >> index & 1 == 1
            set(size - 11 + index % 3, index / 3, isDark)
            set(index / 3, size - 11 + index % 3, isDark)
        }
    }

    /// Two columns at a time from the right, up and down in turn.
    private mutating func place(_ codewords: [UInt8]) {
        var index = 0
        var right = size - 1
        while right >= 1 {
            if right == 6 { right = 5 }
            for step in 0..<size {
                let isUpward = (right + 1) & 2 == 0
                let y = isUpward ? size - 1 - step : step
                for x in [right, right - 1] where !isFunction[y * size + x] && index < codewords.count * 8 {
                    dark[y * size + x] = codewords[index >> 3] >> (7 - index & 7) & 1 == 1
                    index += 1
                }
            }
            right -= 2
        }
    }

    // MARK: Mask

    private static func flips(_ mask: Int, _ x: Int, _ y: Int) -> Bool {
        switch mask {
        case 0: (x + y) % 2 == 0
        case 1: y % 2 == 0
        case 2: x % 3 == 0
        case 3: (x + y) % 3 == 0
        case 4: (x / 3 + y / 2) % 2 == 0
        case 5: x * y % 2 + x * y % 3 == 0
        case 6: (x * y % 2 + x * y % 3) % 2 == 0
        default: ((x + y) % 2 + x * y % 3) % 2 == 0
        }
    }

    private mutating func apply(mask: Int) {
        for y in 0..<size {
            for x in 0..<size where !isFunction[y * size + x] && Self.flips(mask, x, y) { dark[y * size + x].toggle() }
        }
    }

    private mutating func chooseMask(_ version: Int) {
        var best = (mask: 0, penalty: Int.max)
        for mask in 0..<8 {
            apply(mask: mask)
            drawFormat(mask: mask)
            let penalty = penalty
            if penalty < best.penalty { best = (mask, penalty) }
            apply(mask: mask)
        }
        apply(mask: best.mask)
        drawFormat(mask: best.mask)
    }

    /// What makes a code hard to read: long runs, blocks of one colour, much more of one colour (ISO/IEC 18004, 7.8.3).
    private var penalty: Int {
        var total = 0
        for line in 0..<size {
            total += runs { isDark($0, line) } + runs { isDark(line, $0) }
        }
        for y in 0..<size - 1 {
            for x in 0..<size - 1 {
                let colour = isDark(x, y)
                if colour == isDark(x + 1, y), colour == isDark(x, y + 1), colour == isDark(x + 1, y + 1) { total += 3 }
            }
        }
        let share = dark.count { $0 } * 100 / dark.count
        return total + abs(share - 50) / 5 * 10
    }

    private func runs(_ at: (Int) -> Bool) -> Int {
        var total = 0
        var length = 0
        var history = 0
        for index in 0..<size {
            length = index > 0 && at(index) == at(index - 1) ? length + 1 : 1
            if length == 5 { total += 3 } else if length > 5 { total += 1 }
            history = (history << 1 | (at(index) ? 1 : 0)) & 0x7ff
            if index >= 10, history == 0b10111010000 || history == 0b00001011101 { total += 40 }
        }
        return total
    }
}
