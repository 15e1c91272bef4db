import Foundation
import HTTPTypes
import NIOCore
import NIOHTTPTypes
import NIOPosix
import PatternMatching
import Testing

@testable import AdminWeb

@Suite struct PlaceHandlerTests {
    /// Reads `h`, `b` and `e` as a request's head, a piece of its body and its end, and answers every end with what was given it, never ending.
    private final class Letters: ChannelDuplexHandler {
        typealias InboundIn = ByteBuffer
        typealias InboundOut = HTTPRequestPart
        typealias OutboundIn = HTTPResponsePart
        typealias OutboundOut = ByteBuffer

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            for byte in unwrapInboundIn(data).readableBytesView {
                let part: HTTPRequestPart =
                    switch byte {
                    case UInt8(ascii: "h"): .head(HTTPRequest(method: .post, scheme: "http", authority: "x", path: "/"))
                    case UInt8(ascii: "b"): .body(ByteBuffer(string: "b"))
                    default: .end(nil)
                    }
                context.fireChannelRead(wrapInboundOut(part))
            }
        }

        func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
            if case .body(let buffer) = unwrapOutboundIn(data) { context.write(wrapOutboundOut(buffer), promise: promise) }
        }
    }

    private final class Replier: ChannelInboundHandler {
        typealias InboundIn = HTTPRequestPart
        typealias OutboundOut = HTTPResponsePart
        let bytes: Int

        init(bytes: Int) { self.bytes = bytes }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            guard case .end = unwrapInboundIn(data) else { return }
            context.writeAndFlush(wrapOutboundOut(.body(ByteBuffer(repeating: 0, count: bytes))), promise: nil)
        }
    }

    private let places = SitePlaces(most: 2)

    /// A connection whose other side has said `text` and reads nothing by itself; the second of two places is another's, who is being answered.
    private func connected(saying text: String, replies bytes: Int = 0, _ body: (any Channel) async throws -> Void) async throws {
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { [places] channel in
                channel.eventLoop.makeCompletedFuture {
                    let times = PlaceTimes(head: .seconds(120), look: .milliseconds(250))
                    try channel.pipeline.syncOperations.addHandlers(
                        Letters(), PlaceHandler(places: places, times: times), Replier(bytes: bytes))
                }
            }.bind(host: "127.0.0.1", port: 0).get()
        let address = try #require(server.localAddress)
        let client = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.autoRead, value: false)
            .channelOption(.maxMessagesPerRead, value: 1)
            .channelOption(.socketOption(.so_rcvbuf), value: 256 << 10)
            .connect(to: address)
            .flatMap { channel in channel.writeAndFlush(ByteBuffer(string: text)).map { channel } }.get()
        let busy = try #require(places.enter(from: IPAddress(v4: 1)) {})
        places.asks(busy)
        try await body(client)
        try? await client.close()
        try await server.close()
    }

    private func enters() -> Bool { places.enter(from: IPAddress(v4: 2)) {} != nil }

    private func eventually(_ isSo: () async throws -> Bool) async throws -> Bool {
        for _ in 0..<1000 {
            if try await isSo() { return true }
            try await Task.sleep(for: .milliseconds(10))
        }
        return false
    }

    /// A request whose body has not come keeps nobody out.
    @Test(arguments: ["h", "hb", ""])
    func whoOwesTheRestGivesWay(text: String) async throws {
        try await connected(saying: text) { client in
            let isSo = try await eventually { places.count == 2 }
            #expect(isSo)
            try await Task.sleep(for: .milliseconds(50))
            #expect(enters())
            client.read()
            try await client.closeFuture.get()
        }
    }

    /// Whoever is being answered, and reads, keeps its place.
    @Test func whoIsAnsweredDoesNot() async throws {
        try await connected(saying: "hbbe", replies: 10) { _ in
            try await Task.sleep(for: .milliseconds(100))
            #expect(!enters())
            #expect(places.count == 2)
        }
    }

    /// An answer nobody reads: first its place may be another's, then the connection is closed.
    @Test func whoDoesNotReadGivesWay() async throws {
        try await connected(saying: "he", replies: 16 << 20) { _ in
            let isSo = try await eventually { enters() }
            #expect(isSo)
            #expect(places.count == 2)
        }
    }

    @Test func whoDoesNotReadIsClosed() async throws {
        try await connected(saying: "he", replies: 16 << 20) { _ in
            let isSo = try await eventually { places.count == 1 }
            #expect(isSo)
        }
    }

    /// Slowly, and for far longer than somebody who does not read is borne: eight megabytes in one piece.
    @Test func whoReadsSlowlyGetsAll() async throws {
        try await connected(saying: "he", replies: 8 << 20) { client in
            let whole = client.eventLoop.makePromise(of: Void.self)
            try await client.eventLoop.submit {
                let reader = SlowReader(bytes: 8 << 20, whole: whole)
                try client.pipeline.syncOperations.addHandler(reader)
                client.read()
            }.get()
            try await whole.futureResult.get()
            #expect(places.count == 2)
        }
    }

    /// Reads a piece every twenty milliseconds.
    private final class SlowReader: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private var left: Int
        private let whole: EventLoopPromise<Void>

        init(bytes: Int, whole: EventLoopPromise<Void>) { (left, self.whole) = (bytes, whole) }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            left -= unwrapInboundIn(data).readableBytes
            if left == 0 { whole.succeed() }
        }

        func channelReadComplete(context: ChannelHandlerContext) {
            let channel = context.channel
            context.eventLoop.scheduleTask(in: .milliseconds(20)) { channel.read() }
        }

        func channelInactive(context: ChannelHandlerContext) { whole.fail(ChannelError.eof) }
    }

    /// Browsers send one request after the other: a few at once are answered, a stream of them is not even read.
    @Test(arguments: [1, 4, 8])
    func aFewRequestsAtOnceAreAnswered(count: Int) async throws {
        try await TestSite.with { site in
            let one = "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            let all = String(repeating: one + "\r\n", count: count - 1) + one + "Connection: close\r\n\r\n"
            let reply = try await site.client.send(all)
            #expect(reply.body.components(separatedBy: "HTTP/1.1 200 OK").count == count)
        }
    }

    @Test func aStreamOfRequestsIsCut() async throws {
        try await TestSite.with { site in
            let one = "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            let reply = try? await site.client.send(String(repeating: one + "\r\n", count: 999) + one + "Connection: close\r\n\r\n")
            let answered = reply.map { $0.body.components(separatedBy: "HTTP/1.1 200 OK").count } ?? 0
            #expect(answered <= 8)
            let after = try await site.client.request("GET", "/healthz")
            #expect(after.status == 200)
        }
    }
}
