import PatternMatching

/// `names.hosts`: fixed names, exact before wildcard, the longest wildcard before shorter ones, `*` last.
struct FixedNames: Sendable {
    private var exact: [String: [ResolvedAddress]] = [:]
    /// By what stands behind `*.`.
    private var below: [String: [ResolvedAddress]] = [:]
    private var any: [ResolvedAddress]?
    let isEmpty: Bool

    init(_ hosts: [String: [IPAddress]]) {
        isEmpty = hosts.isEmpty
        for (name, addresses) in hosts {
            let answer = addresses.map(ResolvedAddress.init)
            if name == "*" {
                any = answer
            } else if name.hasPrefix("*.") {
                below[String(name.dropFirst(2))] = answer
            } else {
                exact[name] = answer
            }
        }
    }

    /// - Parameter host: a canonical name.
    func addresses(of host: String) -> [ResolvedAddress]? {
        if isEmpty { return nil }
        if let answer = exact[host] { return answer }
        if !below.isEmpty {
            var rest = host[...]
            while let dot = rest.firstIndex(of: ".") {
                rest = rest[rest.index(after: dot)...]
                if let answer = below[String(rest)] { return answer }
            }
        }
        return any
    }
}
