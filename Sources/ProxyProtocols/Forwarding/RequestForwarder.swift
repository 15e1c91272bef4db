import PatternMatching

/// Writes the request head that the origin is sent.
public enum RequestForwarder {
    /// Appends the head: origin-form target with path and query as sent, Host made from the target, hop-by-hop and nominated fields taken out,
    /// Via added, a parameter and a field put in where `options` says so; order, case and bytes of everything else as sent. For `.absolute` targets (others append nothing).
    public static func head(_ head: RequestHead, options: ForwardingOptions, into output: inout [UInt8]) {
        guard case .absolute(let url, let path) = head.target else { return }
        output.reserveCapacity(output.count + head.bytes.count + 160)
        appendLine(head, path: path, options: options, to: &output)
        let authority = url.bytes[url.hostRange.lowerBound..<max(url.hostRange.upperBound, url.pathStart)]
        if head.version == .v10, head.first(of: .host) == nil { appendHost(authority, to: &output) }
        appendFields(head, authority: authority, options: options, to: &output)
        options.appendVia(head.version, to: &output)
        if options.forwardedFor == .on, let client = options.client { appendClient(client, head, to: &output) }
        if let field = options.field { output.append(contentsOf: "\(field.name): \(field.value)\r\n".utf8) }
        if head.upgrade == .websocket { ASCII.append("Connection: Upgrade\r\nUpgrade: websocket\r\n", to: &output) }
        ASCII.append("\r\n", to: &output)
    }

    private static func appendLine(_ head: RequestHead, path: Range<Int>, options: ForwardingOptions, to output: inout [UInt8]) {
        output.append(contentsOf: head.bytes[head.methodRange])
        output.append(0x20)
        if path.isEmpty {
            // RFC 9112, 3.2.4: OPTIONS without a path asks the origin itself.
            output.append(head.method == .options ? 0x2a : 0x2f)
        } else {
            if head.bytes[path.lowerBound] != 0x2f { output.append(0x2f) }
            if let parameter = options.parameter {
                QueryParameter.append(parameter.name, parameter.value, to: head.bytes[path], into: &output)
            } else {
                output.append(contentsOf: head.bytes[path])
            }
        }
        ASCII.append(" HTTP/1.1\r\n", to: &output)
    }

    private static func appendHost(_ authority: ArraySlice<UInt8>, to output: inout [UInt8]) {
        ASCII.append("Host: ", to: &output)
        output.append(contentsOf: authority)
        ASCII.append("\r\n", to: &output)
    }

    private static func appendFields(
        _ head: RequestHead, authority: ArraySlice<UInt8>, options: ForwardingOptions, to output: inout [UInt8]
    ) {
        var copier = HeadCopier(head.bytes)
        for line in head.fields.lines where !line.isNominated {
            switch line.known {
            case .host:
                if head.bytes[line.value] == authority {
                    copier.keep(line, into: &output)
                } else {
                    copier.replace(line, with: authority, into: &output)
                }
            case .contentLength:
                appendLength(head, line, &copier, to: &output)
            case .transferEncoding:
                copier.replace(line, with: "chunked".utf8, into: &output)
            case .connection, .keepAlive, .proxyConnection, .te, .trailer, .upgrade, .http2Settings, .proxyAuthorization,
                .proxyAuthenticate,
                .proxyAuthenticationInfo:
                continue
            case .forwarded:
                if options.forwardedFor != .delete { copier.keep(line, into: &output) }
            case .xForwardedFor:
                if options.forwardedFor == .off { copier.keep(line, into: &output) }
            case .authorization, .cookie:
                // What an origin echoes must not hold them (RFC 9110, 9.3.8).
                if head.method != .trace { copier.keep(line, into: &output) }
            case .expect:
                if head.expectContinue, !options.dropsExpect { copier.keep(line, into: &output) }
            case .maxForwards:
                if let value = head.maxForwards {
                    copier.replace(line, with: String(value > 0 ? value - 1 : 0).utf8, into: &output)
                } else {
                    copier.keep(line, into: &output)
                }
            case .other:
                if let field = options.field, ASCII.equals(head.bytes[line.name], field.name) { continue }
                copier.keep(line, into: &output)
            default:
                copier.keep(line, into: &output)
            }
        }
        copier.flush(into: &output)
    }

    private static func appendLength(_ head: RequestHead, _ line: HeadField, _ copier: inout HeadCopier, to output: inout [UInt8]) {
        let length: UInt64 = if case .length(let length) = head.framing { length } else { 0 }
        if copier.isWritten(line, as: length) {
            copier.keep(line, into: &output)
        } else {
            copier.replace(line, with: String(length).utf8, into: &output)
        }
    }

    /// One X-Forwarded-For line: what came, then the client's address.
    private static func appendClient(_ client: IPAddress, _ head: RequestHead, to output: inout [UInt8]) {
        ASCII.append("X-Forwarded-For: ", to: &output)
        for line in head.fields.lines where line.known == .xForwardedFor && !line.isNominated && !line.value.isEmpty {
            output.append(contentsOf: head.bytes[line.value])
            ASCII.append(", ", to: &output)
        }
        output.append(contentsOf: client.description.utf8)
        ASCII.append("\r\n", to: &output)
    }
}
