import Glibc
import NIOCore
import Testing

@testable import ProxyServer

@Suite("What a socket lays on its loop's desk")
struct DeskTests {
    /// A loop with two sockets, and the other ends of both.
    private final class Bench: @unchecked Sendable {
        // The sockets are touched on the loop only, the ends by the test only.
        let loop: SocketLoop
        var sockets: [StreamSocket] = []
        var ends: [CInt] = []

        init() throws {
            loop = try SocketLoop("desk-test")
            for _ in 0..<2 {
                var pair: [CInt] = [0, 0]
                guard socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_NONBLOCK.rawValue), 0, &pair) == 0 else {
                    throw Fault("no sockets")
                }
                ends.append(pair[1])
                sockets.append(try StreamSocket(accepted: pair[0], on: loop, mostRead: 65_536))
            }
        }

        deinit {
            for end in ends { close(end) }
            loop.stop {}
        }

        /// Runs on the loop, in one turn.
        func turn<T: Sendable>(_ body: @escaping @Sendable ([StreamSocket]) -> T) async throws -> T {
            try await loop.submit { body(self.sockets) }.get()
        }

        /// What has arrived at an end by now.
        func arrived(_ at: Int) -> String {
            var room = [UInt8](repeating: 0, count: 1 << 20)
            let count = recv(ends[at], &room, room.count, 0)
            return count > 0 ? String(decoding: room[..<count], as: UTF8.self) : ""
        }
    }

    private static let long = String(repeating: "x", count: 10_000)

    @Test(
        "Pieces leave in order with one flush, whatever their sizes",
        arguments: [
            ["head", "body"], ["head", long, "tail"], [long, "head"], ["a", "b", long, "c", long],
            Array(repeating: String(repeating: "y", count: 4_000), count: 9),
        ])
    func order(pieces: [String]) async throws {
        let bench = try Bench()
        let unsent = try await bench.turn { sockets in
            for (at, piece) in pieces.enumerated() {
                if at % 2 == 0 { sockets[0].write(Array(piece.utf8)) } else { sockets[0].write(ByteBuffer(string: piece)) }
            }
            let before = sockets[0].unsent
            sockets[0].flush()
            return [before, sockets[0].unsent]
        }
        #expect(unsent == [pieces.joined().utf8.count, 0])
        #expect(bench.arrived(0) == pieces.joined())
    }

    @Test("Two sockets in one turn do not mix, and neither waits for the other")
    func two() async throws {
        let bench = try Bench()
        try await bench.turn { sockets in
            sockets[0].write(Array("one ".utf8))
            sockets[1].write(Array("two ".utf8))
            sockets[0].write(Array("more".utf8))
            sockets[1].write(Array("less".utf8))
            sockets[1].flush()
            sockets[0].flush()
        }
        #expect(bench.arrived(0) == "one more")
        #expect(bench.arrived(1) == "two less")
    }

    @Test("What is not flushed in its turn waits for a flush, and leaves before what is written later")
    func later() async throws {
        let bench = try Bench()
        try await bench.turn { $0[0].write(Array("first ".utf8)) }
        #expect(bench.arrived(0) == "")
        try await bench.turn { sockets in
            sockets[1].write(Array("other".utf8))
            sockets[0].write(Array("second".utf8))
            sockets[0].flush()
            sockets[1].flush()
        }
        #expect(bench.arrived(0) == "first second")
        #expect(bench.arrived(1) == "other")
    }

    @Test("A closed socket leaves nothing behind for the next")
    func closing() async throws {
        let bench = try Bench()
        try await bench.turn { sockets in
            sockets[0].write(Array("lost".utf8))
            sockets[0].close()
            sockets[1].write(Array("kept".utf8))
            sockets[1].flush()
        }
        #expect(bench.arrived(0) == "")
        #expect(bench.arrived(1) == "kept")
    }
}
