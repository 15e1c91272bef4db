import PatternMatching

extension RequestTarget {
    /// Reads a target by the listener's rule (RFC 9112, 3.2; SECURITY.md F23, X1).
    /// - Parameters:
    ///   - bytes: the head; `range` lies within, is not empty and holds no control byte, SP or `#`.
    init(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, method: RequestMethod, rule: TargetRule) throws(Refusal) {
        let text = UnsafeRawBufferPointer(rebasing: bytes[range])
        if method == .connect {
            guard rule == .proxy else { throw .badTarget("CONNECT to a listener that is no proxy") }
            self = .authority(try Self.connect(text))
        } else if text[0] == 0x2f {
            guard rule == .origin else { throw .badTarget("origin-form on a proxy") }
            self = .origin(path: range)
        } else if text.count == 1, text[0] == 0x2a {
            guard method == .options else { throw .badTarget("asterisk-form for another method than OPTIONS") }
            self = .asterisk
        } else {
            guard let authority = Self.authority(text) else { throw .badTarget("not an http URL") }
            guard !authority.isEmpty else { throw .badTarget("no host in the target") }
            guard ByteScan.first(0x40, text, authority) == nil else { throw .badTarget("user info in the target") }
            self = .absolute(
                try Self.judgeable { () throws(RequestURLError) in try RequestURL(text) },
                path: (range.lowerBound + authority.upperBound)..<range.upperBound)
        }
    }

    /// Where the authority of an `http` URL stands in it; nil for every other scheme and form.
    static func authority(_ text: UnsafeRawBufferPointer) -> Range<Int>? {
        guard ASCII.hasPrefix(text, "http://") else { return nil }
        var end = 7
        while end < text.count, text[end] != 0x2f, text[end] != 0x3f, text[end] != 0x5c, text[end] != 0x23 { end &+= 1 }
        return 7..<end
    }

    /// `host:port`, the port written out.
    private static func connect(_ text: UnsafeRawBufferPointer) throws(Refusal) -> RequestURL {
        var digits = text.count
        while digits > 0, ByteClass.isDigit(text[digits &- 1]) { digits &-= 1 }
        guard digits > 1, text[digits &- 1] == 0x3a, let port = ContentLength.number(text, digits..<text.count), port > 0, port < 65_536
        else { throw .badTarget("CONNECT needs host:port") }
        for i in 0..<digits {
            switch text[i] {
            case 0x2f, 0x3f, 0x23, 0x40, 0x5c: throw .badTarget("CONNECT needs host:port")
            default: continue
            }
        }
        return try judgeable { () throws(RequestURLError) in try RequestURL(connect: text) }
    }

    private static func judgeable(_ make: () throws(RequestURLError) -> RequestURL) throws(Refusal) -> RequestURL {
        let url: RequestURL
        do throws(RequestURLError) { url = try make() } catch { throw .badTarget("a URL that cannot be judged: \(error)") }
        // A Host made from it would be taken for a list, however the comma was written.
        guard !url.bytes[url.hostRange].contains(0x2c) else { throw .badTarget("a comma in the host") }
        return url
    }
}
