extension HeadField {
    enum Fault: Error {
        /// No colon, nothing before it, or a byte that no name may hold.
        case badName
        /// White space before the colon.
        case blankBeforeColon
    }

    /// Reads one field line (RFC 9112, 5).
    /// - Parameters:
    ///   - line: the line without its CRLF, which stands behind it; its bytes hold no control but HTAB.
    ///   - forgivesBlank: responses: white space before the colon is no part of the name (RFC 9112, 5.1).
    init(_ bytes: UnsafeRawBufferPointer, line: Range<Int>, forgivesBlank: Bool) throws(Fault) {
        var at = line.lowerBound
        while at < line.upperBound, ByteClass.isToken(bytes[at]) { at &+= 1 }
        let nameEnd = at
        if at < line.upperBound, ByteClass.isBlank(bytes[at]) {
            guard forgivesBlank, nameEnd > line.lowerBound else { throw .blankBeforeColon }
            while at < line.upperBound, ByteClass.isBlank(bytes[at]) { at &+= 1 }
        }
        guard nameEnd > line.lowerBound, at < line.upperBound, bytes[at] == 0x3a else { throw .badName }
        let value = ByteScan.trimmed(bytes, (at &+ 1)..<line.upperBound)
        let name = UnsafeRawBufferPointer(rebasing: bytes[line.lowerBound..<nameEnd])
        self.init(
            start: UInt32(truncatingIfNeeded: line.lowerBound), nameEnd: UInt32(truncatingIfNeeded: nameEnd),
            valueStart: UInt32(truncatingIfNeeded: value.lowerBound), valueEnd: UInt32(truncatingIfNeeded: value.upperBound),
            lineEnd: UInt32(truncatingIfNeeded: line.upperBound &+ 2), known: KnownField(name))
    }
}
