import PatternMatching

/// Which `Host` fields the site answers to. A page whose name was rebound to this machine's address sends its own name here, and gets 421.
struct HostRule: Sendable {
    /// Lower case, no trailing dot.
    let names: Set<String>

    init(names: [String]) {
        self.names = Set(names.map { Self.plain($0) })
    }

    /// - Parameters:
    ///   - host: the request's authority or `Host` field, `host[:port]`. The port is not looked at: a forwarded one differs.
    ///   - local: the address of this machine that the connection reached.
    func accepts(_ host: String?, local: IPAddress?) -> Bool {
        guard let host, host.utf8.count <= 300, let bare = Self.withoutPort(host) else { return false }
        let name = Self.plain(bare)
        if names.contains(name) { return true }
        if name == "localhost" { return local?.isLoopback ?? false }
        guard let address = IPAddress(name) else { return false }
        return address == local || address.isLoopback && (local?.isLoopback ?? false)
    }

    private static func plain(_ name: String) -> String {
        let lower = name.lowercased()
        return lower.hasSuffix(".") ? String(lower.dropLast()) : lower
    }

    /// `host` of `host[:port]`, brackets taken off; nil where it has neither form.
    static func withoutPort(_ text: String) -> String? {
        if text.hasPrefix("[") {
            guard let close = text.firstIndex(of: "]") else { return nil }
            let tail = text[text.index(after: close)...]
            guard tail.isEmpty || isPort(tail) else { return nil }
            return String(text[text.index(after: text.startIndex)..<close])
        }
        guard let colon = text.firstIndex(of: ":") else { return text.isEmpty ? nil : text }
        guard isPort(text[colon...]) else { return nil }
        return String(text[..<colon])
    }

    private static func isPort(_ text: Substring) -> Bool {
        text.first == ":" && UInt16(text.dropFirst()) != nil
    }
}
