import AdminWeb
import Foundation
import ProxyServer
import Reporting

extension EmbeddedAssets: AssetCatalog {
    /// Block page and portal, compiled once.
    func pageTemplates() throws -> PageTemplates {
        var files: [String: [UInt8]] = [:]
        for path in paths where path.hasPrefix("web/proxy/") {
            files[String(path.dropFirst("web/proxy/".count))] = bytes(path)
        }
        return try PageTemplates(files: files)
    }

    /// The shipped reports in the order of the alphabet, and those in the data directory's `reports/`, which replace shipped ones of the
    /// same name.
    func reports(data: String) throws -> ReportCatalog {
        var definitions: [(name: String, yaml: String)] = []
        for path in paths where path.hasPrefix("reports/") && path.hasSuffix(".yaml") {
            definitions.append((Self.name(path), text(path) ?? ""))
        }
        let own = data + "/reports"
        for file in ((try? FileManager.default.contentsOfDirectory(atPath: own)) ?? []).sorted() where file.hasSuffix(".yaml") {
            guard let bytes = FileManager.default.contents(atPath: "\(own)/\(file)") else {
                throw Terminal.Failure("\(own)/\(file): cannot be read")
            }
            definitions.append((Self.name(file), String(decoding: bytes, as: UTF8.self)))
        }
        return try ReportCatalog(definitions: definitions)
    }

    private static func name(_ path: String) -> String { String((path.split(separator: "/").last ?? "").dropLast(".yaml".count)) }
}
