import NIOCore

/// Whoever an upstream connection works for just now: an exchange or a tunnel.
protocol UpstreamOwner: AnyObject {
    func upstreamReceived(_ bytes: ByteBuffer)
    /// The bytes of one reading are all in: what was written for the other side may leave.
    func upstreamReadComplete()
    /// The origin sends no more.
    func upstreamEnded()
    /// The connection is gone.
    func upstreamClosed(_ error: (any Error)?)
    /// Whether more may be written to the origin has changed.
    func upstreamWritabilityChanged(_ isWritable: Bool)
}
