import PatternMatching
import PolicyCore

/// What a form on one of Weir's pages brings back, signed: who may send it, what it is about, and until when.
struct FormToken: Sendable, Hashable {
    enum Action: UInt8, Sendable { case ask = 1, proceed = 2 }

    var action: Action
    var client: String
    /// The canonical URL, and how it was asked for.
    var url: String
    var method: String
    var site: String
    var rule: String
    var category: String?
    var expires: Instant
    /// On the page that stood in for the one asked for (true) or on the portal.
    var isInPlace: Bool

    /// How long a form may stand open: two hours.
    static let lifetime: Int64 = 7_200_000
    private static let version: UInt8 = 1

    var bytes: [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(256)
        output.append(Self.version)
        output.append(action.rawValue)
        output.append(isInPlace ? 1 : 0)
        withUnsafeBytes(of: expires.milliseconds.littleEndian) { output += $0 }
        for text in [client, url, method, site, rule, category ?? ""] {
            let bytes = text.utf8.prefix(20_000)
            output.append(UInt8(truncatingIfNeeded: bytes.count))
            output.append(UInt8(truncatingIfNeeded: bytes.count >> 8))
            output += bytes
        }
        return output
    }
}

extension FormToken {
    /// - Parameter bytes: as ``bytes`` gives them; nil where they are not.
    init?(_ bytes: [UInt8]) {
        guard bytes.count >= 11, bytes[0] == Self.version, let action = Action(rawValue: bytes[1]) else { return nil }
        var texts: [String] = []
        var at = 11
        while at < bytes.count {
            guard at + 2 <= bytes.count else { return nil }
            let end = at + 2 + Int(bytes[at]) + Int(bytes[at + 1]) << 8
            guard end <= bytes.count else { return nil }
            texts.append(String(decoding: bytes[(at + 2)..<end], as: UTF8.self))
            at = end
        }
        guard texts.count == 6 else { return nil }
        let milliseconds = bytes[3..<11].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        self.init(
            action: action, client: texts[0], url: texts[1], method: texts[2], site: texts[3], rule: texts[4],
            category: texts[5].isEmpty ? nil : texts[5], expires: Instant(milliseconds: Int64(bitPattern: milliseconds)),
            isInPlace: bytes[2] == 1)
    }
}
