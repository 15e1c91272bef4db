import Foundation
import Logging
import NIOConcurrencyHelpers
import PatternMatching
import PolicyCore
import Visits

@testable import ProxyServer

/// A proxy on a port of the kernel's choice, with everything around it in memory.
final class TestProxy: Sendable {
    let server: ProxyServer
    let records: MemoryRecords
    let ledger: PolicyLedger
    let asks: AskList
    let clock: TestClock
    let addresses: [ListenerAddress]

    var port: Int { Int(addresses[0].port) }

    private init(
        server: ProxyServer, records: MemoryRecords, ledger: PolicyLedger, asks: AskList, clock: TestClock, addresses: [ListenerAddress]
    ) {
        self.server = server
        self.records = records
        self.ledger = ledger
        self.asks = asks
        self.clock = clock
        self.addresses = addresses
    }

    /// Loopback is open, every port may be reached and every name is 127.0.0.1, unless `change` says otherwise.
    static func start(
        _ snapshot: PolicySnapshot? = nil, records: MemoryRecords = MemoryRecords(), clock: TestClock = TestClock(),
        credentials: [String: String] = [:], checker: (any CredentialChecker)? = nil, change: (inout ProxyConfiguration) -> Void = { _ in }
    ) async throws -> TestProxy {
        var configuration = ProxyConfiguration()
        let loopback = IPAddress(v4: 0x7f00_0001)
        configuration.listen = [ListenerAddress(address: loopback, port: 0)]
        configuration.allowClients = ["127.0.0.0/8", "::1"]
        configuration.connectPorts = [1...65_535]
        configuration.httpPorts = [1...65_535]
        configuration.egressAllow = ["127.0.0.0/8", "::1"]
        configuration.names.hosts = ["*": [loopback]]
        configuration.eventLoops = 1
        change(&configuration)
        let ledger = PolicyLedger()
        let asks = AskList()
        let dependencies = ProxyDependencies(
            ledger: ledger, recorder: { records.recorder($0) }, credentials: checker ?? ListedCredentials(users: credentials),
            pages: try PageFiles.templates(), signer: PlainSigner(), asks: asks, clock: { clock.now },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let server = try ProxyServer(configuration: configuration, dependencies: dependencies)
        let addresses = try await server.start()
        server.publish(try snapshot ?? TestPolicy.snapshot())
        // Published on the loops, in order, before anything that is asked of them later.
        _ = await server.counters()
        return TestProxy(server: server, records: records, ledger: ledger, asks: asks, clock: clock, addresses: addresses)
    }

    /// Runs a test and drains whatever it left.
    func run(_ body: @Sendable (TestProxy) async throws -> Void) async throws {
        do {
            try await withTaskExecutorPreference(BlockingExecutor.shared) { try await body(self) }
        } catch {
            await server.drain(seconds: 0)
            throw error
        }
        await server.drain(seconds: 0)
        for record in records.all where record.ends != 1 { throw Fault("\(record.ends) ends of \(record.beginning)") }
    }

    func connect() throws -> RawSocket { try RawSocket(port: port) }

    /// Sends one request on a connection of its own and reads the reply.
    func get(_ url: String, method: String = "GET", fields: String = "") -> RawReply? {
        guard let client = try? connect() else { return nil }
        let host = url.dropFirst(7).prefix { $0 != "/" }
        client.send("\(method) \(url) HTTP/1.1\r\nHost: \(host)\r\n\(fields)\r\n")
        return client.reply(toHead: method == "HEAD")
    }

    /// Waits for what happens on other threads.
    func eventually(seconds: Double = 5, _ holds: () async -> Bool) async -> Bool {
        let end = Date().addingTimeInterval(seconds)
        while Date() < end {
            if await holds() { return true }
            try? await Task.sleep(for: .milliseconds(10))
        }
        return await holds()
    }

    /// Waits for the last visit to have ended.
    func lastEnd() async -> VisitEnd? {
        _ = await eventually { self.records.last?.end != nil }
        return records.last?.end
    }
}

struct Fault: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// A wall clock that a test moves; it runs on by itself.
final class TestClock: Sendable {
    private let offset = NIOLockedValueBox<Int64>(0)

    var now: Instant { Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000) &+ offset.withLockedValue { $0 }) }

    /// The machine's time moved on to this second of its next minute, so that no minute ends while a test does not mean it to.
    static func atSecond(_ second: Int64) -> TestClock {
        let clock = TestClock()
        let into = clock.now.milliseconds % 60_000
        clock.offset.withLockedValue { $0 = 60_000 - into + second * 1_000 }
        return clock
    }

    func move(seconds: Int64) { offset.withLockedValue { $0 &+= seconds * 1_000 } }
}

struct ListedCredentials: CredentialChecker {
    let users: [String: String]
    let generation: UInt64 = 0

    func check(user: String, password: String, address: IPAddress) async -> CredentialAnswer {
        try? await Task.sleep(for: .milliseconds(20))
        return users[user] == password ? .right : .wrong
    }
}

final class AskList: AskSink {
    private let asks = NIOLockedValueBox<[AccessAsk]>([])

    var all: [AccessAsk] { asks.withLockedValue { $0 } }

    func ask(_ ask: AccessAsk) { asks.withLockedValue { $0.append(ask) } }
}
