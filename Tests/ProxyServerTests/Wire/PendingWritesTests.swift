import Glibc
import NIOCore
import Testing

@testable import ProxyServer

@Suite("Bytes on their way to the kernel")
struct PendingWritesTests {
    @Test(
        "Arrive whole and in order, however they were cut", arguments: [(pieces: 1, size: 200_000), (40, 5_000), (300, 700), (20_000, 1)])
    func order(pieces: Int, size: Int) throws {
        var ends: [CInt] = [0, 0]
        try #require(socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_NONBLOCK.rawValue), 0, &ends) == 0)
        defer { for end in ends { close(end) } }
        var pending = PendingWrites()
        var expected: [UInt8] = []
        for piece in 0..<pieces {
            let bytes = [UInt8](repeating: UInt8(truncatingIfNeeded: piece &* 7), count: size)
            expected += bytes
            pending.append(ByteBuffer(bytes: bytes))
        }
        #expect(pending.count == expected.count)
        var arrived: [UInt8] = []
        var room = [UInt8](repeating: 0, count: 65_536)
        while arrived.count < expected.count {
            let code = pending.send(to: ends[0])
            try #require(code == 0 || code == EAGAIN)
            let count = recv(ends[1], &room, room.count, 0)
            try #require(count > 0)
            arrived += room[..<count]
        }
        #expect(arrived == expected)
        #expect(pending.count == 0)
    }

    @Test("What is put before all others comes first, also after some was taken", arguments: [0, 3, 40])
    func prepend(pieces: Int) throws {
        var ends: [CInt] = [0, 0]
        try #require(socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_NONBLOCK.rawValue), 0, &ends) == 0)
        defer { for end in ends { close(end) } }
        var pending = PendingWrites()
        var expected: [UInt8] = []
        for piece in 0..<pieces {
            let bytes = [UInt8](repeating: UInt8(piece), count: 30_000)
            expected += bytes
            pending.append(ByteBuffer(bytes: bytes))
        }
        _ = pending.send(to: ends[0])
        var arrived: [UInt8] = []
        var room = [UInt8](repeating: 0, count: 65_536)
        while pending.count < expected.count, case let count = recv(ends[1], &room, room.count, 0), count > 0 { arrived += room[..<count] }
        // What the kernel did not take follows the new bytes.
        let first = Array("first".utf8)
        pending.prepend(ByteBuffer(bytes: first))
        expected = arrived + first + expected[arrived.count...]
        while arrived.count < expected.count {
            _ = pending.send(to: ends[0])
            let count = recv(ends[1], &room, room.count, 0)
            try #require(count > 0)
            arrived += room[..<count]
        }
        #expect(arrived == expected)
    }
}
