import Foundation
import VisitStore
import Visits

/// `log.access-log`: every visit that ends, a line each, in Squid's format or as JSON.
enum AccessLog {
    /// Visits the file may be behind before the oldest are left out of it (they are in the database all the same).
    private static let mostBehind = 200_000

    /// - Returns: the task that writes; nil where no access log is configured.
    /// - Throws: where the file cannot be opened.
    static func start(_ settings: Configuration.Log.Access?, visits: VisitStore) throws -> Task<Void, Never>? {
        guard let settings else { return nil }
        let descriptor = open(settings.path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw Terminal.Failure("log.access-log: \(settings.path): \(String(cString: strerror(errno)))") }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        let rows = visits.live(buffer: mostBehind)
        return Task {
            for await row in rows where row.outcome != .open {
                let line = settings.format == .json ? row.jsonLine : SquidLine.text(row)
                try? file.write(contentsOf: Data((line + "\n").utf8))
            }
        }
    }
}
