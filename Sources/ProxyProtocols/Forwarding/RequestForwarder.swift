/// Writes the request head that the origin is sent.
public enum RequestForwarder {
    /// Appends the head: origin-form target with path and query as sent, Host made from the target, hop-by-hop and nominated fields taken out,
    /// Via added; order, case and bytes of everything else as sent. For `.absolute` targets (others append nothing).
    public static func head(_ head: RequestHead, options: ForwardingOptions, into output: inout [UInt8]) {}
}
