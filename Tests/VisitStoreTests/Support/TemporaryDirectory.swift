import Foundation

/// A directory of its own, removed with all others when the tests end: a value's last use is not the last use of its files.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        path = Self.parent + "/" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    private static let parent: String = {
        atexit { try? FileManager.default.removeItem(atPath: TemporaryDirectory.parent) }
        return NSTemporaryDirectory() + "weir-visits-" + UUID().uuidString
    }()

    var files: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }

    var segments: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: path + "/journal")) ?? []).filter { $0.hasSuffix(".wj") }.sorted()
    }

    /// A copy as it is now, as a machine that lost power or a killed process would leave it.
    func copy() throws -> TemporaryDirectory {
        let copy = try TemporaryDirectory()
        let manager = FileManager.default
        try? manager.createDirectory(atPath: copy.path + "/journal", withIntermediateDirectories: true)
        for file in files where !file.hasPrefix("journal") {
            try? manager.copyItem(atPath: path + "/" + file, toPath: copy.path + "/" + file)
        }
        for file in segments { try manager.copyItem(atPath: path + "/journal/" + file, toPath: copy.path + "/journal/" + file) }
        return copy
    }
}
