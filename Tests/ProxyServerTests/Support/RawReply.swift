import Foundation

/// A reply as a test's client reads it: plainly, trusting nothing of the code under test.
struct RawReply {
    let head: String
    let status: Int
    let body: [UInt8]
    /// What came behind it.
    let rest: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }

    func field(_ name: String) -> String? {
        for line in head.split(separator: "\r\n").dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2, parts[0].lowercased() == name.lowercased() { return parts[1].trimmingCharacters(in: .whitespaces) }
        }
        return nil
    }

    /// - Returns: nil while it is not whole.
    init?(_ bytes: [UInt8], isHead: Bool, atEnd: Bool) {
        guard let end = Self.find("\r\n\r\n", in: bytes, from: 0) else { return nil }
        head = String(decoding: bytes[..<end], as: UTF8.self)
        let words = head.split(separator: " ", maxSplits: 2)
        guard words.count >= 2, let status = Int(words[1]) else { return nil }
        self.status = status
        let start = end + 4
        let lower = head.lowercased()
        if isHead || status == 204 || status == 304 || status < 200 || lower.contains("200 connection established") {
            body = []
            rest = Array(bytes[start...])
        } else if lower.contains("transfer-encoding: chunked") {
            guard let (payload, after) = Self.chunks(bytes, from: start) else { return nil }
            body = payload
            rest = Array(bytes[after...])
        } else if let range = lower.range(of: "content-length: ") {
            let length = Int(lower[range.upperBound...].prefix { $0.isNumber }) ?? 0
            guard bytes.count >= start + length else { return nil }
            body = Array(bytes[start..<start + length])
            rest = Array(bytes[(start + length)...])
        } else {
            guard atEnd else { return nil }
            body = Array(bytes[start...])
            rest = []
        }
    }

    private static func chunks(_ bytes: [UInt8], from start: Int) -> ([UInt8], Int)? {
        var payload: [UInt8] = []
        var at = start
        while let line = find("\r\n", in: bytes, from: at) {
            let digits = String(decoding: bytes[at..<line].prefix { $0 != UInt8(ascii: ";") }, as: UTF8.self)
            guard let size = Int(digits, radix: 16) else { return nil }
            at = line + 2
            if size == 0 {
                guard let end = find("\r\n", in: bytes, from: at) else { return nil }
                return (payload, end + 2)
            }
            guard bytes.count >= at + size + 2 else { return nil }
            payload += bytes[at..<at + size]
            at += size + 2
        }
        return nil
    }

    static func find(_ text: String, in bytes: [UInt8], from start: Int) -> Int? {
        let wanted = Array(text.utf8)
        guard start <= bytes.count, bytes.count - start >= wanted.count else { return nil }
        for at in start...(bytes.count - wanted.count) where bytes[at..<at + wanted.count].elementsEqual(wanted) { return at }
        return nil
    }
}
