internal import CPSL

/// The public suffix list as libpsl was built with it.
public enum PublicSuffix {
    /// The shortest parent that somebody can register: `example.co.uk` for `www.example.co.uk`.
    /// - Parameter host: a canonical name.
    /// - Returns: nil where there is none: a public suffix itself, a single label.
    public static func registrable(_ host: String) -> String? {
        // libpsl's table is constant data of the library: it is never freed and may be read by every thread.
        guard let table = psl_builtin() else { return nil }
        return host.withCString { name in
            psl_registrable_domain(table, name).map { String(cString: $0) }
        }
    }
}
