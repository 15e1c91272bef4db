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

        /// Runs on the loop, in one turn, which is over afterwards.
        func turn<T: Sendable>(_ body: @escaping @Sendable ([StreamSocket]) -> T) async throws -> T {
            let result = try await loop.submit { body(self.sockets) }.get()
            try await loop.submit {}.get()
            return result
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
            return before
        }
        #expect(unsent == pieces.joined().utf8.count)
        #expect(try await bench.turn { $0[0].unsent } == 0)
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

    @Test("What was flushed leaves before its socket closes")
    func closingAfterFlush() async throws {
        let bench = try Bench()
        try await bench.turn { sockets in
            sockets[1].write(Array("other".utf8))
            sockets[1].flush()
            sockets[0].write(Array("last words".utf8))
            sockets[0].flush()
            sockets[0].write(Array(" unsaid".utf8))
            sockets[0].close()
        }
        #expect(bench.arrived(0).hasPrefix("last words"))
        #expect(bench.arrived(1) == "other")
    }

    @Test("A flushed socket may go on writing, flushing and ending its output within the turn")
    func goingOn() async throws {
        let bench = try Bench()
        try await bench.turn { sockets in
            sockets[0].write(Array("a".utf8))
            sockets[0].flush()
            sockets[1].write(Array("z".utf8))
            // Another's bytes lie behind the first ones by now.
            sockets[0].write(Array("b".utf8))
            sockets[0].flush()
            sockets[0].write(ByteBuffer(string: Self.long))
            sockets[0].flush()
            sockets[0].write(Array("c".utf8))
            sockets[0].closeOutput()
        }
        #expect(bench.arrived(0) == "ab" + Self.long + "c")
        #expect(bench.arrived(0) == "")
        #expect(bench.arrived(1) == "")
        try await bench.turn { $0[1].flush() }
        #expect(bench.arrived(1) == "z")
    }

    @Test("More than a desk holds leaves whole and in order")
    func full() async throws {
        let bench = try Bench()
        let piece = String(repeating: "p", count: 3_000)
        for _ in 0..<3 {
            try await bench.turn { sockets in
                for at in 0..<40 {
                    sockets[at % 2].write(Array(piece.utf8))
                    if at % 5 < 2 { sockets[at % 2].flush() }
                }
                for socket in sockets { socket.flush() }
            }
            for end in 0..<2 { #expect(bench.arrived(end) == String(repeating: piece, count: 20)) }
        }
    }
}
