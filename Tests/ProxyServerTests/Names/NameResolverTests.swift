import NIOCore
import NIOPosix
import PatternMatching
import Testing

@testable import ProxyServer

@Suite struct NameResolverTests {
    private static let v4: [UInt8] = [203, 0, 113, 7]
    private static let v6: [UInt8] = [0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9]

    private let loop = MultiThreadedEventLoopGroup.singleton.any()

    private func texts(_ addresses: [ResolvedAddress]) -> Set<String> { Set(addresses.map(\.address.description)) }

    private func found(_ resolver: NameResolver, _ name: String) async throws -> Set<String> {
        try await texts(resolver.resolve(name, on: loop).get())
    }

    private func with(
        _ table: [String: TinyNameServer.Says], hosts: [String: String] = [:], timeout: Int = 100,
        _ body: (NameResolver, TinyNameServer) async throws -> Void
    ) async throws {
        let server = try await TinyNameServer(table)
        var configuration = try NamesConfiguration(servers: ["127.0.0.1:\(server.port)"], hosts: hosts)
        configuration.timeout = timeout
        let resolver = try NameResolver(configuration)
        try await body(resolver, server)
        resolver.stop()
        try await server.stop()
    }

    private func error(_ resolver: NameResolver, _ name: String) async -> NameError? {
        do {
            _ = try await resolver.resolve(name, on: loop).get()
            return nil
        } catch { return error as? NameError }
    }

    @Test func bothFamilies() async throws {
        try await with(["both.test": .addresses([Self.v4, Self.v6], ttl: 60)]) { (resolver, _) async throws in
            #expect(try await found(resolver, "both.test") == ["203.0.113.7", "2001:db8::9"])
        }
    }

    @Test func answersAreKeptForTheirTTLAlone() async throws {
        let table: [String: TinyNameServer.Says] = [
            "kept.test": .addresses([Self.v4], ttl: 60), "fleeting.test": .addresses([Self.v4], ttl: 0),
            "alias.test": .alias("end.test", ttl: 0, [Self.v4], addressTTL: 300),
        ]
        try await with(table) { (resolver, server) async throws in
            for name in ["kept.test", "fleeting.test", "alias.test"] {
                for _ in 0..<3 { #expect(try await found(resolver, name) == ["203.0.113.7"]) }
            }
            #expect(server.asked("kept.test") == 1)
            #expect(server.asked("fleeting.test") == 3)
            #expect(server.asked("alias.test") == 3, "the shortest TTL of the chain counts")
        }
    }

    /// RFC 8305, 3: a server that keeps silent about one family keeps nobody waiting for its time-outs, here a minute and more.
    @Test(arguments: [(v4, "203.0.113.7"), (v6, "2001:db8::9")])
    func aSilentFamilyIsNotWaitedFor(address: [UInt8], text: String) async throws {
        try await with(["half.test": .half([address], ttl: 600)], timeout: 60_000) { (resolver, _) async throws in
            let began = NIODeadline.now()
            #expect(try await found(resolver, "half.test") == [text])
            #expect(NIODeadline.now() - began < .seconds(10))
            #expect(try texts(resolver.known("half.test")?.get() ?? []) == [text])
        }
    }

    /// RFC 2308, 5: the lesser of the SOA's TTL and its MINIMUM.
    @Test(arguments: [(UInt8(3), UInt32(60), UInt32(60), 1), (3, 60, 0, 2), (3, 0, 60, 2), (0, 60, 60, 1), (0, 60, 0, 2)])
    func aZoneSaysHowLongNothingIsRemembered(code: UInt8, ttl: UInt32, minimum: UInt32, asked: Int) async throws {
        try await with(["none.test": .negative(code: code, ttl: ttl, minimum: minimum)]) { (resolver, server) async throws in
            for _ in 0..<2 { #expect(await error(resolver, "none.test") == (code == 3 ? .notFound : .noAddress)) }
            #expect(server.asked("none.test") == asked)
        }
    }

    @Test func manyAskersOneQuestion() async throws {
        try await with(["many.test": .addresses([Self.v4], ttl: 0)]) { (resolver, server) async throws in
            let futures = (0..<200).map { _ in resolver.resolve("many.test", on: loop) }
            for future in futures { #expect(try await !future.get().isEmpty) }
            #expect(server.asked("many.test") < 10)
        }
    }

    @Test func failures() async throws {
        let table: [String: TinyNameServer.Says] = [
            "gone.test": .noSuchName, "empty.test": .addresses([], ttl: 60), "broken.test": .failure, "silent.test": .nothing,
        ]
        try await with(table) { (resolver, server) async throws in
            #expect(await error(resolver, "gone.test") == .notFound)
            #expect(await error(resolver, "gone.test") == .notFound)
            #expect(server.asked("gone.test") == 1, "remembered for ten seconds")
            #expect(await error(resolver, "empty.test") == .noAddress)
            #expect(await error(resolver, "broken.test") == .serverFailure)
            #expect(await error(resolver, "silent.test") == .timeout)
            #expect(await error(resolver, "") == .badName)
            #expect(await error(resolver, String(repeating: "a", count: 80) + ".test") == .badName)
            #expect(await error(resolver, "nul\u{0}.test") == .badName)
        }
    }

    /// Replies no server should send: nothing but an error comes of them.
    @Test(arguments: [
        [], [0x81], [0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0], [0x81, 0x80, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xc0, 0x0c],
        [0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0, 0xc0, 0x0c, 0, 1, 0, 1, 0xc0, 0x0c, 0, 1, 0, 1, 0, 0, 0, 1, 0xff, 0xff, 1],
        [UInt8](repeating: 0xff, count: 400),
    ]) func hostileReplies(bytes: [UInt8]) async throws {
        try await with(["evil.test": .bytes(bytes), "good.test": .addresses([Self.v4], ttl: 1)]) { (resolver, _) async throws in
            #expect(await error(resolver, "evil.test") != nil)
            #expect(try await found(resolver, "good.test") == ["203.0.113.7"])
        }
    }

    /// Whatever a server sends, every question is answered and the next one too.
    @Test func spoiltReplies() async throws {
        try await with(["good.test": .addresses([Self.v4], ttl: 1)]) { (resolver, server) async throws in
            var answered = 0
            for batch in 0..<4 {
                let names = (0..<50).map { "s\(batch * 50 + $0).test" }
                for (index, name) in names.enumerated() { server.say(name, .spoilt(UInt64(batch * 50 + index))) }
                for future in names.map({ resolver.resolve($0, on: loop) }) where (try? await future.get()) != nil { answered += 1 }
            }
            #expect(answered > 10, "one spoilt reply does not take the others with it: \(answered)")
            #expect(try await found(resolver, "good.test") == ["203.0.113.7"])
        }
    }

    @Test func fixedNamesAskNobody() async throws {
        let hosts = ["intranet.example": "10.0.0.5", "*.lab": "10.0.0.6", "*.deep.lab": "fd00::6"]
        try await with(["x.lab": .addresses([Self.v4], ttl: 60)], hosts: hosts) { (resolver, server) async throws in
            for (name, address) in [
                ("intranet.example", "10.0.0.5"), ("x.lab", "10.0.0.6"), ("a.b.lab", "10.0.0.6"), ("a.deep.lab", "fd00::6"),
                ("deep.lab", "10.0.0.6"), ("192.0.2.1", "192.0.2.1"), ("2001:db8::1", "2001:db8::1"),
            ] {
                #expect(try texts(resolver.known(name)?.get() ?? []) == [address], "\(name)")
                #expect(try await found(resolver, name) == [address])
            }
            #expect(await error(resolver, "lab") == .notFound, "*.lab is below lab")
            #expect(server.asked("x.lab") == 0)
        }
    }

    @Test func localhostNeverLeavesTheMachine() async throws {
        try await with(["localhost": .addresses([Self.v4], ttl: 60), "x.localhost": .addresses([Self.v4], ttl: 60)]) {
            (resolver, server) async throws in
            #expect(try await found(resolver, "x.localhost") == ["127.0.0.1", "::1"])
            #expect(try await !found(resolver, "localhost").contains("203.0.113.7"))
            #expect(server.asked("localhost") == 0)
        }
    }

    @Test func aNewConfigurationForgets() async throws {
        try await with(["name.test": .addresses([Self.v4], ttl: 600)]) { (resolver, server) async throws in
            _ = try await resolver.resolve("name.test", on: loop).get()
            resolver.replace(try NamesConfiguration(servers: ["127.0.0.1:\(server.port)"], hosts: ["other.test": "10.9.9.9"]))
            #expect(resolver.known("name.test") == nil)
            #expect(try texts(resolver.known("other.test")?.get() ?? []) == ["10.9.9.9"])
            #expect(try await found(resolver, "name.test") == ["203.0.113.7"])
        }
    }

    @Test func stoppingAnswersEverybody() async throws {
        try await with(["silent.test": .nothing]) { (resolver, _) async throws in
            let future = resolver.resolve("silent.test", on: loop)
            resolver.stop()
            await #expect(throws: NameError.stopped) { try await future.get() }
            #expect(await error(resolver, "later.test") == .stopped)
        }
    }

    @Test func tooManyNamesAtOnce() async throws {
        try await with([:]) { (resolver, server) async throws in
            for n in 0..<NameResolver.mostOpen { server.say("n\(n).test", .nothing) }
            let open = (0..<NameResolver.mostOpen).map { resolver.resolve("n\($0).test", on: loop) }
            #expect(await error(resolver, "one-more.test") == .overloaded)
            resolver.stop()
            for future in open { _ = try? await future.get() }
        }
    }
}
