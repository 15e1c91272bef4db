import CAssets

/// The files of `web/`, `reports/` and `policies/` that were compiled into the binary.
struct EmbeddedAssets: Sendable {
    private let files: [String: [UInt8]]

    static let shared = EmbeddedAssets()

    private init() {
        var files: [String: [UInt8]] = [:]
        var index = 0
        while let path = weir_asset_at(index).pointee.path {
            let asset = weir_asset_at(index).pointee
            files[String(cString: path)] = Array(UnsafeBufferPointer(start: asset.bytes, count: asset.count))
            index += 1
        }
        self.files = files
    }

    /// - Parameter path: below the repository's top level, `web/static/weir.css`.
    func bytes(_ path: String) -> [UInt8]? { files[path] }

    func text(_ path: String) -> String? { files[path].map { String(decoding: $0, as: UTF8.self) } }

    var paths: [String] { files.keys.sorted() }
}
