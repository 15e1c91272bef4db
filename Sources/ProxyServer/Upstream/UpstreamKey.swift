import PatternMatching

/// What an upstream connection can be used again for: only the address that was checked for this very name.
struct UpstreamKey: Hashable {
    let address: IPAddress
    let port: UInt16
    let host: String
    /// The name that was resolved in the host's place: who is kept to a service's restricted form never gets a connection made without, nor
    /// the other way about.
    var substitute: String?
}
