/// Text off the wire as a visit keeps it: at most 16 KiB; longer text is cut and ends in `…+N sha256:H`, N bytes more and the hash of the
/// whole (SECURITY.md B9).
enum RecordedText {
    static let most = 16_384

    static func bounded(_ text: String) -> String {
        let bytes = text.utf8
        if bytes.count <= most { return text }
        let hash = SHA256.hash(Array(bytes)).map { byte in
            let hex = String(byte, radix: 16)
            return hex.utf8.count == 1 ? "0" + hex : hex
        }.joined()
        let tail = "…+\(bytes.count - most + 100) sha256:\(hash)"
        // Room for the tail is left; the cut may fall within a character, which is then repaired.
        return String(decoding: bytes.prefix(most - 100), as: UTF8.self) + tail
    }
}
