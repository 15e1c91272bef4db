import Foundation

@testable import Reporting

/// The definitions of `reports/` as they are shipped.
enum ShippedReports {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../reports").standardizedFileURL

    static let definitions: [(name: String, yaml: String)] = {
        let files = (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
        return files.filter { $0.pathExtension == "yaml" }.sorted { $0.path < $1.path }.map { file in
            (file.deletingPathExtension().lastPathComponent, (try? String(contentsOf: file, encoding: .utf8)) ?? "")
        }
    }()

    static let names = definitions.map(\.name)

    static func report(_ name: String) throws -> Report {
        let catalog = try ReportCatalog(definitions: definitions)
        guard let report = catalog.report(named: name) else { throw ReportError.definition(report: name, message: "is not shipped") }
        return report
    }
}
