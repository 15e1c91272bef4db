import PatternMatching

/// What an upstream connection can be used again for: only the address that was checked for this very name.
struct UpstreamKey: Hashable {
    let address: IPAddress
    let port: UInt16
    let host: String
}
