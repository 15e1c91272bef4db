import CAllocations
import NIOConcurrencyHelpers
import Testing

@testable import ProxyServer

/// Issue 4: body bytes pass through without allocations for each chunk. The loop's thread is asked how often it wanted memory.
@Suite("What bytes that pass cost in memory", .serialized)
struct RelayMemoryTests {
    /// What passes, to the origin and back again.
    enum Way: String, CaseIterable, CustomTestStringConvertible {
        case length
        /// A chunk a reading, and many.
        case chunks, smallChunks
        case tunnel

        var testDescription: String { rawValue }

        /// What one piece is on the wire.
        var piece: [UInt8] {
            switch self {
            case .length, .tunnel: [UInt8](repeating: 0x78, count: 8_192)
            case .chunks: chunk(8_192)
            case .smallChunks: (0..<64).flatMap { _ in chunk(128) }
            }
        }

        private func chunk(_ count: Int) -> [UInt8] {
            Array((String(count, radix: 16) + "\r\n").utf8) + [UInt8](repeating: 0x78, count: count) + [0x0d, 0x0a]
        }

        var framing: String { self == .length ? "Content-Length: 100000000" : "Transfer-Encoding: chunked" }

        func head(_ port: Int) -> String {
            if self == .tunnel { return "CONNECT a.test:\(port) HTTP/1.1\r\nHost: a.test\r\n\r\n" }
            return "POST http://a.test:\(port)/ HTTP/1.1\r\nHost: a.test\r\n\(framing)\r\n\r\n"
        }
    }

    /// Without optimisation a reading asks for memory twice, whatever is in it; optimised it does not.
    private static var forReading: Int { _isDebugAssertConfiguration() ? 2 : 0 }

    /// Sends back what it gets, piece by piece.
    private func echo(_ way: Way) throws -> RawOrigin {
        try RawOrigin { connection in
            if way != .tunnel {
                guard connection.head() != nil else { return }
                connection.send("HTTP/1.1 200 OK\r\n\(way.framing)\r\n\r\n")
            }
            while let bytes = connection.receive() { connection.socket.send(bytes) }
        }
    }

    /// Sends so many pieces, each when the one before is back.
    private func pass(_ count: Int, _ way: Way, through client: RawSocket) throws {
        let piece = way.piece
        for _ in 0..<count {
            client.send(piece)
            var left = piece.count
            while left > 0 {
                guard let bytes = client.receive() else { throw Fault("\(left) bytes of a piece did not come back") }
                left -= bytes.count
            }
        }
    }

    @Test("Twice as many pieces cost no more, and sixty-four chunks in one no more than one", arguments: Way.allCases)
    func pieces(way: Way) async throws {
        guard weir_allocations_are_counted() else { return }
        let origin = try echo(way)
        try await TestProxy.start().run { proxy in
            let client = try proxy.connect()
            client.send(way.head(origin.port))
            if way == .tunnel { client.send("SSH-2.0-x\r\n") }
            // The reply's head has come, and what it needs is there.
            var head: [UInt8] = []
            // A tunnel's has a line behind it, perhaps in the same reading.
            let last = way == .tunnel ? "SSH-2.0-x\r\n" : "\r\n\r\n"
            while RawReply.find(last, in: head, from: 0) == nil, let bytes = client.receive() { head += bytes }
            try pass(50, way, through: client)
            let loop = try #require(proxy.server.loops.first).eventLoop
            func asked() async throws -> Int { try await loop.submit { Int(weir_allocations()) }.get() }
            func cost(_ count: Int) async throws -> Int {
                let before = try await asked()
                try pass(count, way, through: client)
                return try await asked() - before
            }
            let few = try await cost(500)
            let many = try await cost(1_000)
            // A piece is a reading there and one back; the clock's tick, four times a second, is in both as well.
            #expect(many - few < 2 * 500 * Self.forReading + 100)
            client.close()
        }
    }
}
