import AdminWeb
import Foundation

/// The repository's own files, as the program has them.
struct TestAssets: AssetCatalog {
    let files: [String: [UInt8]]

    init() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        var files: [String: [UInt8]] = [:]
        for folder in ["web/admin", "web/static", "policies", "reports"] {
            let names = try FileManager.default.contentsOfDirectory(atPath: root.appending(path: folder).path)
            for name in names where !name.hasPrefix(".") {
                files["\(folder)/\(name)"] = try Array(Data(contentsOf: root.appending(path: "\(folder)/\(name)")))
            }
        }
        self.files = files
    }

    init(files: [String: [UInt8]]) { self.files = files }

    func bytes(_ path: String) -> [UInt8]? { files[path] }
    var paths: [String] { Array(files.keys) }
    func text(of path: String) -> String { String(decoding: files[path] ?? [], as: UTF8.self) }
}
