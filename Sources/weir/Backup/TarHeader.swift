/// One member's header in a tar file (POSIX ustar): regular files alone. Sizes beyond 8 GiB are written in base 256, as GNU and BSD tar do.
struct TarHeader: Equatable {
    static let size = 512
    private static let longestName = 100

    var name: String
    var bytes: UInt64

    /// Whether a name can stand in a header as it is.
    static func fits(_ name: String) -> Bool { !name.isEmpty && name.utf8.count <= longestName && !name.utf8.contains(0) }

    /// - Parameter time: seconds since 1970.
    func block(time: Int64) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: Self.size)
        func put(_ text: String, at offset: Int) { block.replaceSubrange(offset..<(offset + text.utf8.count), with: text.utf8) }
        func octal(_ value: UInt64, digits: Int) -> String {
            let text = String(value, radix: 8)
            return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
        }
        put(name, at: 0)
        put("0000600", at: 100)
        put("0000000", at: 108)
        put("0000000", at: 116)
        if bytes < 1 << 33 {
            put(octal(bytes, digits: 11), at: 124)
        } else {
            block[124] = 0x80
            for place in 0..<8 { block[128 + place] = UInt8(truncatingIfNeeded: bytes >> UInt64(56 - 8 * place)) }
        }
        put(octal(UInt64(min(max(time, 0), 1 << 33 - 1)), digits: 11), at: 136)
        put("0", at: 156)
        put("ustar", at: 257)
        put("00", at: 263)
        put(octal(UInt64(Self.sum(block)), digits: 6), at: 148)
        block[155] = UInt8(ascii: " ")
        return block
    }

    /// - Throws: a sentence, for anything that ``block(time:)`` does not write.
    init(_ block: [UInt8]) throws {
        guard block.count == Self.size, block[257..<262].elementsEqual("ustar".utf8),
            Self.octal(block[148..<154]) == UInt64(Self.sum(block)), block[154] == 0, block[155] == UInt8(ascii: " ")
        else { throw Terminal.Failure("a member's header is damaged") }
        guard block[156] == UInt8(ascii: "0"), block[345] == 0 else { throw Terminal.Failure("a member is not a plain file") }
        name = String(decoding: block[..<Self.longestName].prefix { $0 != 0 }, as: UTF8.self)
        if block[124] == 0x80 {
            bytes = block[128..<136].reduce(0) { $0 << 8 | UInt64($1) }
        } else {
            guard let octal = Self.octal(block[124..<135]) else { throw Terminal.Failure("a member's header is damaged") }
            bytes = octal
        }
        guard Self.fits(name), bytes < 1 << 56 else { throw Terminal.Failure("a member's header is damaged") }
    }

    init(name: String, bytes: UInt64) {
        self.name = name
        self.bytes = bytes
    }

    /// Zeros that follow so many bytes, up to a whole block.
    static func padding(after bytes: UInt64) -> Int { Int((512 - bytes % 512) % 512) }

    /// The sum of all bytes, its own field taken as blanks.
    private static func sum(_ block: [UInt8]) -> Int {
        block.enumerated().reduce(0) { $0 + ((148..<156).contains($1.offset) ? 32 : Int($1.element)) }
    }

    /// At most eleven digits.
    private static func octal(_ digits: ArraySlice<UInt8>) -> UInt64? {
        digits.reduce(UInt64?(0)) { value, digit in
            guard let value, (0x30...0x37).contains(digit) else { return nil }
            return value << 3 | UInt64(digit &- 0x30)
        }
    }
}
