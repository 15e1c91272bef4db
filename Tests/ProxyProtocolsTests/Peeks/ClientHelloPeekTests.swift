import Testing

@testable import ProxyProtocols

@Suite struct ClientHelloPeekTests {
    static func vector(_ width: Int, _ content: [UInt8]) -> [UInt8] {
        (0..<width).reversed().map { UInt8(truncatingIfNeeded: content.count >> (8 * $0)) } + content
    }

    static func serverName(_ names: [(UInt8, [UInt8])]) -> [UInt8] {
        [0, 0] + vector(2, vector(2, names.flatMap { [$0.0] + vector(2, $0.1) }))
    }

    static let other: [UInt8] = [0, 10] + vector(2, [0, 2, 0, 29])

    static func hello(_ extensions: [UInt8]?, session: Int = 32) -> [UInt8] {
        var body: [UInt8] = [3, 3] + [UInt8](repeating: 7, count: 32) + vector(1, [UInt8](repeating: 8, count: session))
        body += vector(2, [0x13, 1, 0x13, 2]) + vector(1, [0])
        if let extensions { body += vector(2, extensions) }
        return [1] + vector(3, body)
    }

    static func records(_ handshake: [UInt8], size: Int = 16_384) -> [UInt8] {
        stride(from: 0, to: handshake.count, by: size).flatMap {
            [22, 3, 1] + vector(2, Array(handshake[$0..<min($0 + size, handshake.count)]))
        }
    }

    func peek(_ input: [UInt8]) -> ClientHelloStep? {
        let results = Cuts.results(input) { lengths in
            var peek = ClientHelloPeek()
            for length in lengths {
                let step = input.withUnsafeBytes { peek.read(UnsafeRawBufferPointer(rebasing: $0[0..<length])) }
                if step != .more { return step }
            }
            return .more
        }
        return results.count == 1 ? results.first : nil
    }

    @Test(arguments: [16_384, 100, 5, 4, 3, 1])
    func findsTheNameInAnyRecords(size: Int) {
        let name = Self.serverName([(0, latin("www.Example.test"))])
        #expect(peek(Self.records(Self.hello(Self.other + name + Self.other), size: size)) == .name("www.Example.test"))
        #expect(peek(Self.records(Self.hello(Self.other), size: size)) == .noName)
        #expect(peek(Self.records(Self.hello(nil), size: size)) == .noName)
        #expect(peek(Self.records(Self.hello([], session: 0), size: size)) == .noName)
    }

    @Test func waitsForTheRest() {
        let whole = Self.records(Self.hello(Self.serverName([(0, latin("a.test"))])))
        for length in [0, 1, 5, 6, 50, whole.count - 1] { #expect(peek(Array(whole[..<length])) == .more) }
        #expect(peek(whole + [20, 3, 3]) == .name("a.test"))
    }

    @Test(arguments: [
        latin("GET / HTTP/1.1\r\n"), latin("SSH-2.0-x\r\n"), [0x80, 0x2e, 1, 3, 1], [22, 2, 0], [21, 2, 3], [20, 0], [24, 255], [19, 3],
        [25, 3, 1], [0],
    ])
    func knowsWhatIsNoHello(input: [UInt8]) {
        #expect(peek(input) == .notTLS)
    }

    @Test(arguments: 20...24 as ClosedRange<UInt8>)
    func oneByteSaysNothing(byte: UInt8) { #expect(peek([byte]) == .more) }

    /// With `opaque: allow` what is no TLS passes; a hello that only some can read, or one behind another record, must not.
    @Test(arguments: [
        [21, 3], [21, 3, 3, 0, 2, 1, 90] + records(hello(serverName([(0, latin("a.test"))]))), [20, 3, 3, 0, 1, 1], [23, 3, 3, 0, 1, 0],
        [24, 3, 3], [22, 3, 1, 0, 1, 2], [22, 3, 1, 0, 4, 0, 0, 0, 0] + records(hello(serverName([(0, latin("a.test"))]))),
        [22, 3, 1, 0, 0], [22, 3, 1, 0x40, 1], [22, 3, 1, 0, 4, 1, 0, 0x80, 0],
        records([1] + vector(3, [3, 3])), records([1] + vector(3, [])), [22, 3, 1, 0, 1, 1, 23, 3, 1, 0, 1, 0],
        [22, 3, 1, 0, 1, 1, 22, 3, 1, 0, 0],
        records(hello(serverName([(0, latin("a.test"))]) + serverName([(0, latin("b.test"))]))),
        records(hello(serverName([(0, latin("a.test")), (0, latin("b.test"))]))), records(hello(serverName([(1, latin("a.test"))]))),
        records(hello(serverName([(0, [])]))), records(hello(serverName([]))), records(hello(serverName([(0, latin("a\u{0}b"))]))),
        records(hello(serverName([(0, latin("a b"))]))), records(hello(serverName([(0, [0xe9])]))), records(hello([0, 0, 0, 9, 0])),
        records(hello([0, 0, 0, 0])), records(hello([0, 0, 0, 5, 0, 9, 0, 0, 1])), records(hello(nil, session: 33)), records(hello([1])),
    ])
    func knowsWhatIsABrokenHello(input: [UInt8]) {
        #expect(peek(input) == .malformed)
    }

    @Test func longestHello() {
        let padding: (Int) -> [UInt8] = { [0, 21] + Self.vector(2, [UInt8](repeating: 0, count: $0)) }
        let fits = Self.hello(padding(20_000) + Self.serverName([(0, latin("a.test"))]))
        #expect(peek(Self.records(fits)) == .name("a.test"))
        let over = Self.hello(padding(33_000) + Self.serverName([(0, latin("a.test"))]))
        #expect(peek(Self.records(over)) == .malformed)
    }
}
