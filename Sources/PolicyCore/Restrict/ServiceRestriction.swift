public import PatternMatching

/// How a search or video service is kept to its restricted form, without a look into what is encrypted: whoever speaks for the service at
/// another address serves the same names and certificates, but restricted answers alone.
public struct ServiceRestriction: Sendable, Hashable, Codable {
    /// A query parameter or header field.
    public struct Setting: Sendable, Hashable, Codable {
        public let name: String
        public let value: String

        init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// Which of a group's settings asks for it.
    public enum Key: String, Sendable, Codable {
        case safeSearch = "safe-search"
        case youtube
    }

    /// The group's setting that asks for it.
    public let key: Key
    /// `google`, `youtube`.
    public let service: String
    /// The name to be resolved and connected to in place of the host; nil where the service has none.
    public let substitute: String?
    /// Added to the query of a plain request, in place of what it says itself; nil where the path is no search.
    public let parameter: Setting?
    /// Added to a plain request, in place of the client's own.
    public let field: Setting?

    private enum CodingKeys: String, CodingKey {
        case key = "setting"
        case service, substitute, parameter, field
    }

    /// Whether what was connected to under `other` keeps to this as well, as far as that hangs on the address.
    public func isKept(by other: ServiceRestriction?) -> Bool { substitute == nil || substitute == other?.substitute }
}

extension GroupSettings {
    /// Names of search services, each with those below it, that `safe-search` can restrict in plain requests and not in a tunnel: nobody speaks
    /// for them at an address of restricted answers alone. In canonical form, in the order of the services.
    public static let searchesOpenInTunnels: [String] = RestrictedService.all.flatMap { service in
        (service.substitute == nil ? service.domains + service.hosts.subtracting(service.otherHosts).sorted() : [])
            + service.otherHosts.sorted()
    }

    /// What these settings make of a request.
    /// - Returns: nil where they leave it alone.
    public func restriction(of url: RequestURL) -> ServiceRestriction? {
        guard safeSearch || youtube != .off, url.address == nil else { return nil }
        let host = url.host
        if youtube != .off, RestrictedService.videoHosts.contains(host) { return youtubeRestriction }
        guard safeSearch, let service = RestrictedService.of(host) else { return nil }
        let isSearch = !url.isTunnel && service.isSearch(url)
        return ServiceRestriction(
            key: .safeSearch, service: service.name, substitute: service.hasNoSubstitute(host) ? nil : service.substitute,
            parameter: isSearch ? service.parameter : nil, field: nil)
    }

    private var youtubeRestriction: ServiceRestriction {
        let isStrict = youtube == .strict
        return ServiceRestriction(
            key: .youtube, service: "youtube", substitute: isStrict ? "restrict.youtube.com" : "restrictmoderate.youtube.com",
            parameter: nil, field: ServiceRestriction.Setting("YouTube-Restrict", isStrict ? "Strict" : "Moderate"))
    }
}
