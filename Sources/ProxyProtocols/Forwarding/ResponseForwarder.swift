/// Writes response heads as the client is sent them.
public enum ResponseForwarder {
    /// How this response goes to that client (``ResponsePlan/init(_:context:keepAlive:)``).
    public static func plan(_ head: ResponseHead, context: ResponseContext, keepAlive: Bool) -> ResponsePlan {
        ResponsePlan(head, context: context, keepAlive: keepAlive)
    }

    /// Appends the final head according to `plan`: hop-by-hop and nominated fields taken out, framing written anew where it changes, Via
    /// added, and Proxy-Support where the origin asks the connection to be authenticated; order, case and bytes of everything else as sent.
    public static func head(_ head: ResponseHead, plan: ResponsePlan, options: ForwardingOptions, into output: inout [UInt8]) {
        append(head, keepsLength: head.status != 204 && plan.framing != .chunked, plan: plan, options: options, to: &output)
        // Clients begin such a handshake only where the proxy says that it keeps the connection for them (RFC 4559, 6).
        if head.status == 401, head.authenticatesConnection { ASCII.append("Proxy-Support: Session-Based-Authentication\r\n", to: &output) }
        if plan.framing == .chunked { ASCII.append("Transfer-Encoding: chunked\r\n", to: &output) }
        if !plan.keepAlive { ASCII.append("Connection: close\r\n", to: &output) }
        ASCII.append("\r\n", to: &output)
    }

    /// Appends an interim head; nothing for an HTTP/1.0 client (RFC 9110, 15.2).
    public static func interim(_ head: ResponseHead, context: ResponseContext, options: ForwardingOptions, into output: inout [UInt8]) {
        if context.version == .v10 { return }
        append(head, keepsLength: false, plan: nil, options: options, to: &output)
        ASCII.append("\r\n", to: &output)
    }

    /// Appends the 101 that makes the connection a WebSocket.
    public static func switching(_ head: ResponseHead, options: ForwardingOptions, into output: inout [UInt8]) {
        append(head, keepsLength: false, plan: nil, options: options, to: &output)
        ASCII.append("Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n", to: &output)
    }

    private static func append(
        _ head: ResponseHead, keepsLength: Bool, plan: ResponsePlan?, options: ForwardingOptions, to output: inout [UInt8]
    ) {
        output.reserveCapacity(output.count + head.bytes.count + 128)
        ASCII.append("HTTP/1.1 ", to: &output)
        ASCII.append(UInt64(head.status), to: &output)
        output.append(0x20)
        output.append(contentsOf: head.bytes[head.reasonRange])
        ASCII.append("\r\n", to: &output)
        var copier = HeadCopier(head.bytes)
        var length = keepsLength ? head.length : nil
        for line in head.fields.lines where !line.isNominated {
            switch line.known {
            case .connection, .keepAlive, .proxyConnection, .te, .transferEncoding, .upgrade, .proxyAuthenticate, .proxyAuthenticationInfo:
                continue
            case .trailer:
                if plan?.keepsTrailers == true { copier.keep(line, into: &output) }
            case .proxyStatus:
                guard let rest = ProxyStatusField.withoutOurs(head.bytes[line.value]) else {
                    copier.keep(line, into: &output)
                    continue
                }
                if !rest.isEmpty { copier.replace(line, with: rest, into: &output) }
            case .contentLength:
                // Several that agree become one.
                guard let value = length else { continue }
                length = nil
                if copier.isWritten(line, as: value), !head.bytes[line.value].contains(0x2c) {
                    copier.keep(line, into: &output)
                } else {
                    copier.replace(line, with: String(value).utf8, into: &output)
                }
            default:
                copier.keep(line, into: &output)
            }
        }
        copier.flush(into: &output)
        options.appendVia(head.version, to: &output)
    }
}
