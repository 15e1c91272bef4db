import NIOCore

/// Whoever a stream socket works for. Called on the socket's loop; may call the socket again from within.
protocol StreamOwner: AnyObject {
    /// A connection that was begun is made.
    func opened()
    func received(_ bytes: ByteBuffer)
    /// The bytes of one reading are all in.
    func readComplete()
    /// Whether more should be written has changed.
    func writabilityChanged(_ isWritable: Bool)
    /// The peer sends no more.
    func inputEnded()
    /// The socket is closed, once.
    /// - Parameter error: the system's; nil where both sides had ended or we closed it.
    func closed(_ error: (any Error)?)
}

extension StreamOwner {
    func opened() {}
    func writabilityChanged(_ isWritable: Bool) {}
}
