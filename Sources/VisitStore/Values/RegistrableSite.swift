internal import PatternMatching

/// The site a host belongs to in reports.
enum RegistrableSite {
    /// The registrable domain, or the host itself where it has none (an address, a single label, a public suffix).
    static func of(_ host: String) -> String {
        if IPAddress(host) != nil { return host }
        return PublicSuffix.registrable(host) ?? host
    }
}
