import NIOConcurrencyHelpers
import NIOCore
import NIOPosix

/// A DNS server on a loopback port that says what a table tells it to.
final class TinyNameServer: Sendable {
    enum Says: Sendable {
        /// Addresses as bytes: 4 for A, 16 for AAAA.
        case addresses([[UInt8]], ttl: UInt32)
        /// A CNAME chain that ends in addresses.
        case alias(String, ttl: UInt32, [[UInt8]], addressTTL: UInt32)
        case noSuchName
        /// No such name, or none of this kind, with a SOA that says for how long that may be remembered.
        case negative(code: UInt8, ttl: UInt32, minimum: UInt32)
        /// Addresses of the one family; nothing at all is said about the other.
        case half([[UInt8]], ttl: UInt32)
        case failure
        case nothing
        /// These bytes after the query's id, whatever they are.
        case bytes([UInt8])
        /// A right answer with bytes turned over and its end cut, differently for every number.
        case spoilt(UInt64)
    }

    let port: UInt16
    private let channel: any Channel
    private let table: NIOLockedValueBox<[String: Says]>
    private let counts: NIOLockedValueBox<[String: Int]>

    init(_ table: [String: Says]) async throws {
        let box = NIOLockedValueBox(table)
        let counts = NIOLockedValueBox<[String: Int]>([:])
        channel = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Answering(table: box, counts: counts))
                }
            }.bind(host: "127.0.0.1", port: 0).get()
        port = UInt16(channel.localAddress?.port ?? 0)
        self.table = box
        self.counts = counts
    }

    func say(_ name: String, _ says: Says) { table.withLockedValue { $0[name] = says } }

    /// How many A queries for the name arrived.
    func asked(_ name: String) -> Int { counts.withLockedValue { $0[name, default: 0] } }

    func stop() async throws { try await channel.close() }

    private final class Answering: ChannelInboundHandler {
        typealias InboundIn = AddressedEnvelope<ByteBuffer>
        typealias OutboundOut = AddressedEnvelope<ByteBuffer>

        let table: NIOLockedValueBox<[String: Says]>
        let counts: NIOLockedValueBox<[String: Int]>

        init(table: NIOLockedValueBox<[String: Says]>, counts: NIOLockedValueBox<[String: Int]>) {
            self.table = table
            self.counts = counts
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let envelope = unwrapInboundIn(data)
            let query = Array(envelope.data.readableBytesView)
            guard let reply = answer(query) else { return }
            let bytes = ByteBuffer(bytes: reply)
            context.writeAndFlush(wrapOutboundOut(AddressedEnvelope(remoteAddress: envelope.remoteAddress, data: bytes)), promise: nil)
        }

        private func answer(_ query: [UInt8]) -> [UInt8]? {
            guard query.count > 12 else { return nil }
            var at = 12
            var labels: [String] = []
            while at < query.count, query[at] != 0 {
                let end = at + 1 + Int(query[at])
                guard end < query.count else { return nil }
                labels.append(String(decoding: query[(at + 1)..<end], as: UTF8.self).lowercased())
                at = end
            }
            guard at + 5 <= query.count else { return nil }
            let type = Int(query[at + 1]) << 8 | Int(query[at + 2])
            let question = Array(query[12..<(at + 5)])
            let name = labels.joined(separator: ".")
            if type == 1 { counts.withLockedValue { $0[name, default: 0] += 1 } }
            let id = Array(query[0..<2])
            switch table.withLockedValue({ $0[name] ?? .noSuchName }) {
            case .nothing: return nil
            case .bytes(let bytes): return id + bytes
            case .spoilt(let seed):
                let records = record([0xc0, 12], 5, 9, [1, 0x61, 0xc0, 12]) + record([1, 0x61, 0xc0, 12], 1, 9, [203, 0, 113, 7])
                return id + Self.spoilt(head(code: 0, answers: 2) + question + records, seed)
            case .noSuchName: return id + head(code: 3, answers: 0) + question
            case .negative(let code, let ttl, let minimum):
                let soa = [1, 0x6e, 0, 1, 0x72, 0] + [UInt8](repeating: 0, count: 16) + [0, 0, UInt8(minimum >> 8), UInt8(minimum & 255)]
                return id + [0x81, 0x80 | code, 0, 1, 0, 0, 0, 1, 0, 0] + question + record([0], 6, ttl, soa)
            case .half(let all, let ttl):
                let records = fitting(all, type).map { record([0xc0, 12], $0.count == 4 ? 1 : 28, ttl, $0) }
                if records.isEmpty { return nil }
                return id + head(code: 0, answers: records.count) + question + records.flatMap { $0 }
            case .failure: return id + head(code: 2, answers: 0) + question
            case .addresses(let all, let ttl):
                let records = fitting(all, type).map { record([0xc0, 12], $0.count == 4 ? 1 : 28, ttl, $0) }
                return id + head(code: 0, answers: records.count) + question + records.flatMap { $0 }
            case .alias(let target, let ttl, let all, let addressTTL):
                let encoded: [UInt8] =
                    target.split(separator: ".").flatMap { label -> [UInt8] in [UInt8(label.utf8.count)] + Array(label.utf8) } + [0]
                let records =
                    [record([0xc0, 12], 5, ttl, encoded)]
                    + fitting(all, type).map { record(encoded, $0.count == 4 ? 1 : 28, addressTTL, $0) }
                return id + head(code: 0, answers: records.count) + question + records.flatMap { $0 }
            }
        }

        private static func spoilt(_ bytes: [UInt8], _ seed: UInt64) -> [UInt8] {
            var state = seed &* 0x9e37_79b9_7f4a_7c15 | 1
            func next(_ bound: Int) -> Int {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return Int(state >> 33) % bound
            }
            var bytes = bytes
            for _ in 0...next(4) { bytes[next(bytes.count)] = UInt8(next(256)) }
            return next(3) == 0 ? Array(bytes.prefix(next(bytes.count))) : bytes
        }

        private func fitting(_ addresses: [[UInt8]], _ type: Int) -> [[UInt8]] { addresses.filter { $0.count == (type == 1 ? 4 : 16) } }

        private func head(code: UInt8, answers: Int) -> [UInt8] { [0x81, 0x80 | code, 0, 1, 0, UInt8(answers), 0, 0, 0, 0] }

        private func record(_ name: [UInt8], _ type: UInt8, _ ttl: UInt32, _ data: [UInt8]) -> [UInt8] {
            let seconds = (0..<4).reversed().map { UInt8(truncatingIfNeeded: ttl >> (8 * $0)) }
            return name + [0, type, 0, 1] + seconds + [0, UInt8(data.count)] + data
        }
    }
}
