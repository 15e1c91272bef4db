/// The Via field (RFC 9110, 7.6.3).
public enum Via {
    /// Whether an instance of this name stands in the request's Via: it went round in a circle.
    public static func contains(_ name: String, in head: RequestHead) -> Bool {
        for line in head.fields.lines where line.known == .via {
            let found = head.bytes.withUnsafeBytes { bytes in
                for element in ListElements(bytes, line.value) where receiver(bytes, element, is: name) { return true }
                return false
            }
            if found { return true }
        }
        return false
    }

    /// Whether `protocol SP receiver [SP comment]` names this receiver. A comma inside a comment can only show more elements, never hide one.
    private static func receiver(_ bytes: UnsafeRawBufferPointer, _ element: Range<Int>, is name: String) -> Bool {
        var at = element.lowerBound
        while at < element.upperBound, !ByteClass.isBlank(bytes[at]) { at &+= 1 }
        while at < element.upperBound, ByteClass.isBlank(bytes[at]) { at &+= 1 }
        let start = at
        while at < element.upperBound, !ByteClass.isBlank(bytes[at]) { at &+= 1 }
        return start < at && ASCII.equals(bytes[start..<at], name)
    }
}
