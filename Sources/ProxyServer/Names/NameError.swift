/// Why a name gave no address.
public enum NameError: Error, Sendable, Hashable {
    /// The DNS says that there is no such name.
    case notFound
    /// The name exists and has no address of either family.
    case noAddress
    /// No server answered in time.
    case timeout
    /// A server answered with an error or with what cannot be read.
    case serverFailure
    /// Not a name that the DNS can carry.
    case badName
    /// More different names are being asked for than ``NameResolver`` keeps open at once.
    case overloaded
    /// The resolver was stopped.
    case stopped
}

extension NameError {
    /// The error type of RFC 9209 section 2.3 that tells of it.
    public var proxyStatusError: String {
        switch self {
        case .timeout: "dns_timeout"
        case .overloaded, .stopped: "proxy_internal_error"
        case .notFound, .noAddress, .serverFailure, .badName: "dns_error"
        }
    }

    /// How long a zone may have it remembered that a name is not there.
    static let longestMemory: Int64 = 300

    /// How long the failure may be remembered, in seconds.
    /// - Parameter said: what the zone says about names that are not there (RFC 2308); nil where it says nothing.
    func memory(_ said: Int64?) -> Int64 {
        switch self {
        case .notFound, .noAddress: min(max(0, said ?? 10), Self.longestMemory)
        case .timeout, .serverFailure: 2
        case .badName, .overloaded, .stopped: 0
        }
    }
}
