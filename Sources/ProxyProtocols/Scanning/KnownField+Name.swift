extension KnownField {
    /// The field of this name, whatever its case; `other` for names that Weir does not act on.
    /// - Parameter name: token bytes only.
    init(_ name: UnsafeRawBufferPointer) {
        self = .other
        guard let first = name.first else { return }
        for candidate in KnownField.candidates(length: name.count, first: first | 0x20) where candidate.isNamed(name) {
            self = candidate
            return
        }
    }

    /// At most three fields share length and first letter.
    @inline(__always)
    private static func candidates(length: Int, first: UInt8) -> Candidates {
        switch (length, first) {
        case (2, 0x74): Candidates(.te)
        case (3, 0x76): Candidates(.via)
        case (4, 0x68): Candidates(.host)
        case (4, 0x64): Candidates(.date)
        case (5, 0x72): Candidates(.range)
        case (6, 0x63): Candidates(.cookie)
        case (6, 0x61): Candidates(.accept)
        case (6, 0x65): Candidates(.expect)
        case (6, 0x6f): Candidates(.origin)
        case (6, 0x73): Candidates(.server)
        case (7, 0x75): Candidates(.upgrade)
        case (7, 0x72): Candidates(.referer)
        case (7, 0x74): Candidates(.trailer)
        case (8, 0x6c): Candidates(.location)
        case (9, 0x66): Candidates(.forwarded)
        case (10, 0x63): Candidates(.connection)
        case (10, 0x6b): Candidates(.keepAlive)
        case (10, 0x75): Candidates(.userAgent)
        case (10, 0x73): Candidates(.setCookie)
        case (11, 0x73): Candidates(.secPurpose)
        case (12, 0x63): Candidates(.contentType)
        case (12, 0x6d): Candidates(.maxForwards)
        case (12, 0x70): Candidates(.proxyStatus)
        case (13, 0x61): Candidates(.authorization)
        case (13, 0x63): Candidates(.contentRange)
        case (14, 0x63): Candidates(.contentLength)
        case (14, 0x68): Candidates(.http2Settings)
        case (14, 0x73): Candidates(.secFetchDest, .secFetchMode, .secFetchSite, .secFetchUser)
        case (15, 0x61): Candidates(.acceptLanguage)
        case (15, 0x70): Candidates(.persistentAuth)
        case (15, 0x78): Candidates(.xForwardedFor)
        case (16, 0x63): Candidates(.contentEncoding)
        case (16, 0x70): Candidates(.proxyConnection)
        case (16, 0x77): Candidates(.wwwAuthenticate)
        case (17, 0x73): Candidates(.secWebSocketKey)
        case (17, 0x74): Candidates(.transferEncoding)
        case (18, 0x70): Candidates(.proxyAuthenticate)
        case (19, 0x70): Candidates(.proxyAuthorization)
        case (20, 0x73): Candidates(.secWebSocketAccept)
        case (25, 0x70): Candidates(.proxyAuthenticationInfo)
        default: Candidates(.other)
        }
    }

    /// Up to four fields, without an array.
    private struct Candidates: Sequence, IteratorProtocol {
        private var rest: (KnownField, KnownField, KnownField, KnownField)

        @inline(__always)
        init(_ a: KnownField, _ b: KnownField = .other, _ c: KnownField = .other, _ d: KnownField = .other) { rest = (a, b, c, d) }

        @inline(__always)
        mutating func next() -> KnownField? {
            let first = rest.0
            rest = (rest.1, rest.2, rest.3, .other)
            return first == .other ? nil : first
        }
    }

    @inline(__always)
    private func isNamed(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let own = name
        guard own.utf8CodeUnitCount == bytes.count else { return false }
        let text = own.utf8Start
        // Token bytes are above 0x20, so `| 0x20` makes a letter, digit or hyphen of no other byte than its own upper case.
        for i in 0..<bytes.count where bytes[i] | 0x20 != text[i] { return false }
        return true
    }
}
