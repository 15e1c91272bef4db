import Foundation
import Logging
import PolicyCore
import PolicyFormats
import PolicyStore

/// A policy file from disk, read with the system's time zones.
enum PolicyFile {
    /// A policy of ten thousand clients has about a megabyte.
    static let largest = 16 * 1024 * 1024

    static func text(_ path: String) throws -> String {
        guard let text = String(validating: try bytes(path), as: UTF8.self) else { throw Terminal.Failure("\(path): is not UTF-8 text") }
        return text
    }

    private static func bytes(_ path: String) throws -> Data {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw Terminal.Failure("\(path): no such file")
        }
        guard !isDirectory.boolValue, let bytes = FileManager.default.contents(atPath: path) else {
            throw Terminal.Failure("\(path): cannot be read")
        }
        guard bytes.count <= largest else { throw Terminal.Failure("\(path): larger than \(largest) bytes") }
        return bytes
    }

    /// Compiled with the lists it names as paths; those with addresses count as missing.
    static func snapshot(_ path: String) async throws -> PolicySnapshot {
        let reading = try read(path)
        guard reading.errors.isEmpty else { throw Terminal.Failure(reading.errors.map(\.description).joined(separator: "\n")) }
        let directory = FileManager.default.temporaryDirectory.path + "/weir-explain-\(getpid())"
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let logger = Logger(label: "weir") { LineLogHandler(logLevel: .error, label: $0, format: .text) }
        let store = try await PolicyStore.open(
            directory: directory, policyFile: path, fetcher: NoFetching(), compiler: InProcessListCompiler(), zones: SystemZones(),
            clock: WallClock.now, logger: logger)
        return await store.snapshot
    }

    /// Explaining asks nobody outside.
    private struct NoFetching: ListFetching {
        func fetch(_ request: ListRequest) async throws -> ListReply { throw Terminal.Failure("\(request.url): not fetched to explain") }
    }

    static func read(_ path: String) throws -> PolicyReading {
        PolicyReader.read(try bytes(path), file: path, zones: SystemZones())
    }
}
