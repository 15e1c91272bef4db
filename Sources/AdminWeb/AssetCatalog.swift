/// The files that are part of the program: templates, static files, starter policies. Read from the binary or from a directory by whoever
/// implements it; this target touches no files itself.
public protocol AssetCatalog: Sendable {
    /// The bytes of one file, nil where there is none.
    /// - Parameter path: below the repository's top level, for example `web/static/weir.css` or `policies/home.yaml`.
    func bytes(_ path: String) -> [UInt8]?

    /// Every path there is.
    var paths: [String] { get }
}

extension AssetCatalog {
    /// A file as text, invalid UTF-8 repaired.
    func text(_ path: String) -> String? {
        bytes(path).map { String(decoding: $0, as: UTF8.self) }
    }
}
