/// What the first bytes of a connection say about TLS.
public enum ClientHelloStep: Sendable, Hashable {
    case more
    /// The ClientHello's server name as sent (RFC 6066, 3): not yet canonical.
    case name(String)
    /// A ClientHello without a server name.
    case noName
    /// No TLS, or a ClientHello that is malformed or over 32 KiB.
    case notTLS
}

/// Reads the server name out of a TLS ClientHello, however it is split over records and reads (RFC 8446, 4.1.2 and 5.1).
public struct ClientHelloPeek: Sendable {
    public init() {}

    /// - Parameter bytes: everything received so far; call again with the same bytes and more behind them after `more`.
    public mutating func read(_ bytes: UnsafeRawBufferPointer) -> ClientHelloStep { .notTLS }
}
