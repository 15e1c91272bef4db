import Foundation
import Logging
import PatternMatching
import PolicyCore
import Synchronization
import Testing

@testable import PolicyStore

/// A directory that goes when the test ends.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "weir-store-" + Secret.text(bytes: 9)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    @discardableResult
    func write(_ name: String, _ text: String) throws -> String { try write(name, Array(text.utf8)) }

    @discardableResult
    func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        let full = path + "/" + name
        let folder = String(full[..<(full.lastIndex(of: "/") ?? full.endIndex)])
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        // A new file each time, as editors and package tools write them.
        try Data(bytes).write(to: URL(fileURLWithPath: full), options: .atomic)
        return full
    }
}

/// A clock that stands until it is moved.
final class TestClock: Sendable {
    private let milliseconds = Mutex<Int64>(1_780_000_000_000)

    var now: Instant { Instant(milliseconds: milliseconds.withLock { $0 }) }

    func advance(seconds: Int64) { milliseconds.withLock { $0 += seconds * 1000 } }
}

/// Serves lists from memory.
final class TestFetcher: ListFetching {
    struct Failure: Error, CustomStringConvertible { var description: String }

    private let pages = Mutex<[String: [UInt8]]>([:])
    private let asked = Mutex<[ListRequest]>([])
    private let forgetful = Mutex(false)

    /// Whether everything is sent whole, whatever was asked.
    var forgetsTags: Bool {
        get { forgetful.withLock { $0 } }
        set { forgetful.withLock { $0 = newValue } }
    }

    var requests: [ListRequest] { asked.withLock { $0 } }

    func put(_ url: String, _ text: String) { put(url, Array(text.utf8)) }
    func put(_ url: String, _ bytes: [UInt8]?) { pages.withLock { $0[url] = bytes } }

    func fetch(_ request: ListRequest) async throws -> ListReply {
        asked.withLock { $0.append(request) }
        guard let bytes = pages.withLock({ $0[request.url] }) else { throw Failure(description: "\(request.url): 404 Not Found") }
        let etag = "\"\(Secret.digest(Secret.hexadecimal(bytes)).prefix(16))\""
        if request.etag == etag, !forgetsTags { return .notModified }
        try Data(bytes).write(to: URL(fileURLWithPath: request.destination))
        return .fetched(etag: etag, lastModified: nil)
    }
}

/// A store in a directory of its own, and what it depends on.
struct TestStore {
    let directory: TemporaryDirectory
    let clock: TestClock
    let fetcher: TestFetcher
    let store: PolicyStore

    init(
        _ directory: TemporaryDirectory? = nil, policyFile: String? = nil, clock: TestClock = TestClock(),
        fetcher: TestFetcher = TestFetcher(),
        compiler: any ListCompiling = InProcessListCompiler()
    ) async throws {
        let directory = try directory ?? TemporaryDirectory()
        self.directory = directory
        self.clock = clock
        self.fetcher = fetcher
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        store = try await PolicyStore.open(
            directory: directory.path + "/data", policyFile: policyFile, fetcher: fetcher, compiler: compiler, zones: SystemZones(),
            clock: { clock.now }, logger: logger, scrypt: ScryptCost(logN: 4, r: 8, p: 1))
    }

    /// The verdict and rule for a host, asked for by a device without an entry.
    func verdict(_ host: String, client: String = "10.0.0.9") async throws -> String {
        try await store.verdict(host, client: client, at: clock.now)
    }
}

extension PolicyStore {
    func verdict(_ host: String, client: String, at now: Instant) throws -> String {
        let asked = Asked(url: try RequestURL("https://\(host)/".utf8), method: "GET")
        let identity = snapshot.identify(Asker(address: IPAddress(client)))
        let decision = snapshot.decide(asked, by: identity, at: now, state: PolicyLedger())
        return "\(decision.verdict.rawValue) \(decision.ground.rule)"
    }
}

/// A policy that blocks one category, made of lists.
func blocking(_ lists: String, declared: String) -> String {
    """
    weir: 1
    timezone: UTC
    groups:
      default:
        rules: [ { block: [listed] } ]
        default: allow
    lists:
      \(declared)
    categories:
      listed: { lists: [\(lists)], sites: [own.example] }

    """
}
