/// What a list may take, so that a hostile or broken one costs bounded time and memory.
public struct ListBounds: Sendable, Hashable, Codable {
    /// Bytes of a fetched, uploaded or copied file.
    public var fileBytes = 256 << 20
    /// Bytes of all files of a source together, unpacked.
    public var unpackedBytes = 512 << 20
    /// Files, folders and links of an archive or directory.
    public var members = 10_000
    /// Unpacked bytes for each packed one; small archives may have a mebibyte whatever this says.
    public var ratio = 100
    /// Rejected lines kept for each list; all are counted.
    public var rejectedLines = 1000
    /// Expressions told as suspicious; looking for more ends there.
    public var warnedLines = 200

    public init() {}

    func unpackedLimit(packed: Int) -> Int { min(unpackedBytes, max(1 << 20, packed.multipliedReportingOverflow(by: ratio).partialValue)) }
}

/// Why a source cannot be read as a list; the text is shown to people.
public struct ListError: Error, Sendable, Hashable, Codable, CustomStringConvertible {
    public var description: String

    public init(_ description: String) { self.description = description }
}
