/// Text off the wire as a visit keeps it: at most 16 KiB; longer text is cut and ends in `…+N sha256:H`, N bytes more and the hash of the
/// whole (SECURITY.md B9).
enum RecordedText {
    static let most = 16_384

    static func bounded(_ text: String) -> String {
        let bytes = text.utf8
        if bytes.count <= most { return text }
        let hash = hash(of: bytes)
        let tail = "…+\(bytes.count - most + 100) sha256:\(hash)"
        // Room for the tail is left; the cut may fall within a character, which is then repaired.
        return String(decoding: bytes.prefix(most - 100), as: UTF8.self) + tail
    }

    /// What is known to go on beyond what was read: ends in `…+more, N read, sha256:H` (SECURITY.md B9), and is no longer than 16 KiB.
    static func unfinished(_ text: String) -> String {
        let bytes = text.utf8
        let tail = "…+more, \(bytes.count) read, sha256:\(hash(of: bytes))"
        return String(decoding: bytes.prefix(most - tail.utf8.count), as: UTF8.self) + tail
    }

    private static func hash(of bytes: String.UTF8View) -> String {
        SHA256.hash(Array(bytes)).map { byte in
            let hex = String(byte, radix: 16)
            return hex.utf8.count == 1 ? "0" + hex : hex
        }.joined()
    }
}
