/// Transfer-Encoding as it adds up over all its lines (RFC 9112, 6.1).
struct TransferCodings: Sendable {
    enum Result: Sendable {
        case absent
        /// `chunked` and nothing else.
        case chunked
        /// Well formed and chunked at the end, with codings that are not taken.
        case unsupported
        case malformed
    }

    private var isPresent = false
    private var endsInChunked = false
    private var hasOthers = false
    private var isMalformed = false

    /// Counts in one line. Empty elements, parameters, `identity`, and anything behind `chunked` are malformed.
    mutating func add(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) {
        isPresent = true
        for element in ListElements(bytes, range) {
            let coding = UnsafeRawBufferPointer(rebasing: bytes[element])
            if endsInChunked || !ByteClass.isToken(bytes, element) || ASCII.matches(coding, "identity") {
                isMalformed = true
            } else if ASCII.matches(coding, "chunked") {
                endsInChunked = true
            } else {
                hasOthers = true
            }
        }
    }

    var result: Result {
        if !isPresent { return .absent }
        if isMalformed || !endsInChunked { return .malformed }
        return hasOthers ? .unsupported : .chunked
    }
}
