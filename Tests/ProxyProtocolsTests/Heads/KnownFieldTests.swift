import Testing

@testable import ProxyProtocols

@Suite struct KnownFieldTests {
    @Test(arguments: KnownField.allCases.filter { $0 != .other })
    func isFoundInAnyCase(field: KnownField) {
        for name in ["\(field.name)", "\(field.name)".uppercased(), "\(field.name)".capitalized] {
            #expect(latin(name).withUnsafeBytes { KnownField($0) } == field)
        }
        #expect(latin("\(field.name)x").withUnsafeBytes { KnownField($0) } != field)
        #expect(latin("\(field.name)".replacing("-", with: "_") + "_").withUnsafeBytes { KnownField($0) } == .other)
    }

    @Test func fitsASetOfBits() {
        #expect(KnownField.allCases.count <= 64)
    }

    @Test func tokensAreTokens() {
        let tokens = Set("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)
        for byte in UInt8.min...UInt8.max { #expect(ByteClass.isToken(byte) == tokens.contains(byte)) }
    }

    /// The eight-at-a-time search agrees with a plain one wherever the byte stands.
    @Test func controlBytesAreFoundAnywhere() {
        for byte in UInt8.min...UInt8.max {
            for at in 0..<19 {
                var bytes = [UInt8](repeating: at % 2 == 0 ? 0x80 : 0x21, count: 19)
                bytes[at] = byte
                let isControl = (byte < 0x20 && byte != 9) || byte == 0x7f
                #expect(bytes.withUnsafeBytes { ByteScan.control($0, from: 0, to: 19) } == (isControl ? at : 19))
            }
        }
    }
}

extension String {
    fileprivate var capitalized: String {
        split(separator: "-").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined(separator: "-")
    }
}
