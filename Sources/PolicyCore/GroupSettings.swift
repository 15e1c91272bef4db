/// A group's settings, inheritance resolved.
public struct GroupSettings: Sendable, Hashable {
    public enum Restriction: String, Sendable, Codable, CaseIterable { case off, moderate, strict }

    public var safeSearch = false
    public var youtube = Restriction.off
    /// False: visits keep the site only, no path.
    public var recordsURL = true
    /// Tunnels on a TLS port that show no TLS name.
    public var allowsOpaque = true

    public init() {}
}
