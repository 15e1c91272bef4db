/// Which visits count as page views: somebody opened a page, rather than a page its parts.
///
/// The method, in this order:
/// 1. Only `GET` (and `HEAD` never) can be a page view; a request a script made (`X-Requested-With`, or `Sec-Fetch-Mode` other than
///    `navigate`) is none.
/// 2. A browser that says what it fetches for is believed: `Sec-Fetch-Dest: document` is a page view, any other value (`iframe` among them)
///    is none.
/// 3. Else a request that asks for `text/html` or `application/xhtml+xml` before anything else is one.
/// 4. A tunnel shows none of this: ``TunnelBursts``.
public enum PageView {
    /// What a request says of itself. Field values as sent; nil where there is none.
    public struct Signs: Sendable {
        public var method: String
        public var fetchDestination: String?
        public var fetchMode: String?
        public var accept: String?
        public var hasRequestedWith: Bool

        public init(
            method: String, fetchDestination: String? = nil, fetchMode: String? = nil, accept: String? = nil, hasRequestedWith: Bool = false
        ) {
            self.method = method
            self.fetchDestination = fetchDestination
            self.fetchMode = fetchMode
            self.accept = accept
            self.hasRequestedWith = hasRequestedWith
        }
    }

    public static func classify(_ signs: Signs) -> Bool {
        guard signs.method == "GET", !signs.hasRequestedWith else { return false }
        if let mode = signs.fetchMode, !isEqual(mode, "navigate") { return false }
        if let destination = signs.fetchDestination { return isEqual(destination, "document") }
        guard let accept = signs.accept else { return false }
        let first = accept.utf8.prefix { $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: ";") }
        return isEqual(first, "text/html") || isEqual(first, "application/xhtml+xml")
    }

    /// ASCII case and surrounding blanks aside.
    private static func isEqual(_ text: String, _ wanted: StaticString) -> Bool { isEqual(text.utf8[...], wanted) }

    private static func isEqual(_ text: Substring.UTF8View, _ wanted: StaticString) -> Bool {
        let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
        let trimmed = text.drop(while: isBlank).reversed().drop(while: isBlank).reversed()
        return wanted.withUTF8Buffer { wanted in
            trimmed.elementsEqual(wanted) { a, b in (0x41...0x5a).contains(a) ? a | 0x20 == b : a == b }
        }
    }
}
