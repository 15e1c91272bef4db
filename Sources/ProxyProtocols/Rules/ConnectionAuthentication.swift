/// Schemes that authenticate a connection and not a request, so that whatever is asked over it afterwards is taken for that user's (RFC 4559, 6;
/// RFC 9110, 11.2 calls it a violation, which does not make it rare).
enum ConnectionAuthentication {
    /// Whether an Authorization field's value is of such a scheme.
    /// - Parameter value: lies within `bytes`.
    static func isCredential(_ bytes: UnsafeRawBufferPointer, _ value: Range<Int>) -> Bool { isNamed(bytes, value) }

    /// Whether a WWW-Authenticate field's value offers such a scheme. A comma within a quoted text may make it seem so: that costs a connection's
    /// reuse and nothing else.
    /// - Parameter value: lies within `bytes`.
    static func isChallenge(_ bytes: UnsafeRawBufferPointer, _ value: Range<Int>) -> Bool {
        for element in ListElements(bytes, value) where isNamed(bytes, element) { return true }
        return false
    }

    private static func isNamed(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> Bool {
        var end = range.lowerBound
        while end < range.upperBound, ByteClass.isToken(bytes[end]) { end &+= 1 }
        let scheme = UnsafeRawBufferPointer(rebasing: bytes[range.lowerBound..<end])
        return ASCII.matches(scheme, "ntlm") || ASCII.matches(scheme, "negotiate")
    }
}
