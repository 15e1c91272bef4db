/// A small seeded generator: the same cases in every run.
struct Seeded: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed &* 2 &+ 1 }

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        var mixed = state
        mixed = (mixed ^ (mixed >> 33)) &* 0xff51_afd7_ed55_8ccd
        return mixed ^ (mixed >> 29)
    }
}

/// Damages sound input in the ways that parsers trip over.
enum Mutation {
    private static let tokens: [[UInt8]] =
        [
            "\r\n", "\n", "\r", "\r\n\r\n", " ", "\t", ":", ",", ";", "\"", "0", "chunked", "Content-Length: 5\r\n",
            "Transfer-Encoding: chunked\r\n",
            "Connection: close, x\r\n", "Host: b.test\r\n", "\u{0}", "\u{7f}", "\u{ff}", "ffffffffffffffff", "%", "@", "#", "[::1]",
            "HTTP/1.0",
            "Expect: 100-continue\r\n", "Upgrade: websocket\r\nConnection: upgrade\r\n", "\r\n x",
        ].map(latin)

    static func mutate(_ input: [UInt8], _ random: inout Seeded) -> [UInt8] {
        var bytes = input
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            let at = Int.random(in: 0...bytes.count, using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0 where at < bytes.count: bytes[at] = UInt8.random(in: 0...255, using: &random)
            case 1 where at < bytes.count: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 2 where at < bytes.count: bytes.removeSubrange(at..<min(bytes.count, at + Int.random(in: 1...8, using: &random)))
            case 3: bytes.insert(contentsOf: tokens.randomElement(using: &random) ?? [], at: at)
            case 4: bytes.insert(contentsOf: bytes[at..<min(bytes.count, at + Int.random(in: 1...40, using: &random))], at: at)
            default: bytes.removeSubrange(at...)
            }
        }
        return bytes
    }
}
