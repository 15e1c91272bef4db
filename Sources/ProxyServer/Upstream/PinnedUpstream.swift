import PatternMatching
import PolicyCore

/// An idle upstream connection that its origin takes for one user's (NTLM, Negotiate): it is for whoever asked over it before, on the same client
/// connection, and for nobody else. Closed with that.
final class PinnedUpstream {
    let connection: UpstreamConnection
    /// Behind a trusted peer's connection are several.
    let asker: Asker

    init(_ connection: UpstreamConnection, asker: Asker) {
        self.connection = connection
        self.asker = asker
    }
}
