internal import Foundation
internal import PolicyCore
internal import PolicyFormats

/// The policy to begin with: the file's, or the last revision's.
struct PolicyLoading {
    let running: RunningPolicy
    var errors: [Diagnostic] = []
    var signature: String?

    init(database: PolicyDatabase, file: String?, zones: any ZoneCatalog, clock: () -> Instant) throws {
        guard let file else {
            let newest = try database.newestRevision()
            let text = newest?.text ?? PolicyStore.emptyPolicy
            let reading = PolicyReader.read(text, file: "policy", zones: zones)
            guard let document = reading.document else { throw PolicyStoreError.badPolicy(reading.errors) }
            running = RunningPolicy(
                text: text, document: document, warnings: reading.warnings, revision: newest?.revision.number,
                since: newest?.revision.time ?? clock())
            return
        }
        signature = FileSignature.of(file)
        do {
            let (text, document, warnings) = try PolicyLoading.read(file, zones: zones)
            running = RunningPolicy(text: text, document: document, warnings: warnings, revision: nil, since: clock())
        } catch PolicyStoreError.badPolicy(let found) {
            // A restart must not turn a slip in the file into an outage: the last text that was good serves on.
            guard let last = try database.value("file-policy"), case let reading = PolicyReader.read(last, file: file, zones: zones),
                let document = reading.document
            else { throw PolicyStoreError.badPolicy(found) }
            running = RunningPolicy(text: last, document: document, warnings: reading.warnings, revision: nil, since: clock())
            errors = found
        }
    }

    /// - Throws: ``PolicyStoreError/badPolicy(_:)``, also for a file that cannot be read.
    static func read(_ file: String, zones: any ZoneCatalog) throws -> (String, PolicyDocument, [Diagnostic]) {
        func failure(_ message: String) -> PolicyStoreError { .badPolicy([Diagnostic(file: file, line: 1, column: 1, message: message)]) }
        let text: String
        do {
            let opened = try RegularFile(file)
            guard opened.count <= 16 << 20 else { throw failure("larger than 16 MiB") }
            let bytes = opened.head(opened.count)
            guard let decoded = String(validating: bytes, as: UTF8.self) else {
                throw PolicyStoreError.badPolicy(PolicyReader.read(bytes, file: file, zones: zones).errors)
            }
            text = decoded
        } catch let error as ListError {
            throw failure(error.description)
        }
        let reading = PolicyReader.read(text, file: file, zones: zones)
        guard let document = reading.document else { throw PolicyStoreError.badPolicy(reading.errors) }
        return (text, document, reading.warnings)
    }
}

/// Tells a changed file or directory from an unchanged one without reading it.
enum FileSignature {
    /// Inode, size and time of change; for a directory those of everything in it, four levels deep. nil where nothing is.
    static func of(_ path: String) -> String? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        guard status.st_mode & S_IFMT == S_IFDIR else { return line(status) }
        guard let table = try? DirectoryFiles(path: path, bounds: ListBounds()).table() else { return line(status) }
        var lines = table.links.map { "\($0) \($1)" }.sorted()
        for file in table.files {
            guard stat(path + "/" + file, &status) == 0 else { continue }
            lines.append(file + " " + line(status))
        }
        return Secret.digest(lines.joined(separator: "\n"))
    }

    private static func line(_ status: stat) -> String {
        "\(status.st_ino) \(status.st_size) \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
    }
}
