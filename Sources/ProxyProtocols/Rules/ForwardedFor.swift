public import PatternMatching

/// X-Forwarded-For from peers that are trusted to write it.
public enum ForwardedFor {
    /// The address nearest to us that is not a trusted peer's: read from the right, it stops at the first element that is no address.
    /// - Parameters:
    ///   - peer: the connection's own address, itself trusted or not.
    ///   - head: whose X-Forwarded-For lines are read.
    public static func client(peer: IPAddress, head: RequestHead, isTrusted: (IPAddress) -> Bool) -> IPAddress { peer }
}
