/// Fetches a list over the network; implemented outside, so that the store knows no HTTP client. Egress rules hold for what it fetches.
public protocol ListFetching: Sendable {
    /// Writes the body to `request.destination`, a path that does not exist yet, in a private directory.
    /// - Throws: anything; its description is shown as the list's error. The destination may be left behind: the store removes it.
    func fetch(_ request: ListRequest) async throws -> ListReply
}

/// What to fetch and how much of it.
public struct ListRequest: Sendable, Hashable {
    public var url: String
    /// Validators of the version held, for a conditional request.
    public var etag: String?
    public var lastModified: String?
    /// A longer body is an error.
    public var maxBytes: Int
    /// The whole fetch, seconds.
    public var timeoutSeconds: Int
    public var destination: String
    /// Whether what comes is held to a checksum: then it may come over any way. Else whoever is on the way could change what the policy says,
    /// and plain HTTP is refused (SECURITY.md L3), but from this machine itself.
    public var isHeldToChecksum: Bool

    public init(
        url: String, etag: String? = nil, lastModified: String? = nil, maxBytes: Int, timeoutSeconds: Int = 600, destination: String,
        isHeldToChecksum: Bool = false
    ) {
        self.url = url
        self.etag = etag
        self.lastModified = lastModified
        self.maxBytes = maxBytes
        self.timeoutSeconds = timeoutSeconds
        self.destination = destination
        self.isHeldToChecksum = isHeldToChecksum
    }
}

/// What a fetch gave.
public enum ListReply: Sendable, Hashable {
    /// 304: the version held is current.
    case notModified
    /// The body is whole and lies at the destination.
    case fetched(etag: String?, lastModified: String?)
}
