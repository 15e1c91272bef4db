import Crypto
import HTTPTypes
import Hummingbird

/// Files below `web/static/`, whole in memory, each known by a hash of its content. A path is a key of a table, never of a file system.
struct StaticFiles: Sendable {
    struct File: Sendable {
        let bytes: [UInt8]
        let type: String
        /// 16 hexadecimal digits of the content's SHA-256.
        let hash: String
    }

    private let files: [String: File]

    init(_ assets: some AssetCatalog) {
        var files: [String: File] = [:]
        for path in assets.paths where path.hasPrefix("web/static/") {
            guard let bytes = assets.bytes(path) else { continue }
            let hash = SHA256.hash(data: bytes).prefix(8).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            files[String(path.dropFirst("web/static/".count))] = File(bytes: bytes, type: Self.type(of: path), hash: hash)
        }
        self.files = files
    }

    /// Where a page finds a file: its address changes with its content, so that browsers may keep it for good.
    func address(of name: String) -> String { "/static/\(name)?v=\(files[name]?.hash ?? "")" }

    /// - Parameters:
    ///   - version: what the address said of the content, if it did.
    ///   - known: the `If-None-Match` field.
    func reply(_ name: String, version: String?, known: String?) throws -> Response {
        guard let file = files[name] else { throw AdminFailure.notFound }
        let tag = "\"\(file.hash)\""
        let isKnown = known.map { $0.split(separator: ",").contains { $0.trimmed == tag || $0.trimmed == "W/\(tag)" } } ?? false
        var response = isKnown ? Response(status: .notModified) : Reply.bytes(file.bytes, type: file.type)
        response.headers[.eTag] = tag
        response.headers[.cacheControl] = version == file.hash ? "public, max-age=31536000, immutable" : "no-cache"
        return response
    }

    private static func type(of path: String) -> String {
        switch path.split(separator: ".").last {
        case "css": "text/css; charset=utf-8"
        case "js": "text/javascript; charset=utf-8"
        case "svg": "image/svg+xml"
        case "png": "image/png"
        case "ico": "image/x-icon"
        default: "application/octet-stream"
        }
    }
}
