import Foundation
import Glibc
import VisitStore
import Visits

/// `log.access-log`: every visit that ends, a line each, in Squid's format or as JSON.
actor AccessLog {
    /// Visits the file may be behind before the oldest are left out of it (they are in the database all the same).
    private static let mostBehind = 200_000

    private struct Output {
        let settings: Configuration.Log.Access
        let file: FileHandle
    }

    private let visits: VisitStore
    private var output: Output?
    private var writing: Task<Void, Never>?

    init(visits: VisitStore) { self.visits = visits }

    /// Writes to this file from now on; the same one is opened again, so that it may have been moved away. nil: no access log.
    /// - Throws: where the file cannot be opened; what was written to stays.
    func write(to settings: Configuration.Log.Access?) throws {
        output = try settings.map { Output(settings: $0, file: try Self.open($0.path)) }
        guard output != nil, writing == nil else { return }
        let rows = visits.live(buffer: Self.mostBehind)
        writing = Task { for await row in rows where row.outcome != .open { self.add(row) } }
    }

    /// Waits until what the store said last is in the file; to be called once the store has closed.
    func finish() async { await writing?.value }

    private func add(_ row: VisitRow) {
        guard let output else { return }
        let line = output.settings.format == .json ? row.jsonLine : SquidLine.text(row)
        try? output.file.write(contentsOf: Data((line + "\n").utf8))
    }

    private static func open(_ path: String) throws -> FileHandle {
        let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw Terminal.Failure("log.access-log: \(path): \(String(cString: strerror(errno)))") }
        return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }
}
