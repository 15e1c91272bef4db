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
        output.reserveCapacity(64 + client.utf8.count + url.utf8.count + site.utf8.count + rule.utf8.count)
        output.append(Self.version)
        output.append(action.rawValue)
        output.append(isInPlace ? 1 : 0)
        withUnsafeBytes(of: expires.milliseconds.littleEndian) { output += $0 }
        Self.append(client, to: &output)
        Self.append(url, to: &output)
        Self.append(method, to: &output)
        Self.append(site, to: &output)
        Self.append(rule, to: &output)
        Self.append(category ?? "", to: &output)
        return output
    }

    /// Its length in two bytes, then its bytes, at most 20,000.
    private static func append(_ text: String, to output: inout [UInt8]) {
        var text = text
        text.withUTF8 { bytes in
            let bytes = bytes.prefix(20_000)
            output.append(UInt8(truncatingIfNeeded: bytes.count))
            output.append(UInt8(truncatingIfNeeded: bytes.count >> 8))
            output += bytes
        }
    }
}

extension FormToken {
    /// The form on the page that tells of this notice.
    init(_ action: Action, _ notice: BlockNotice, isInPlace: Bool) {
        let (asked, ground) = (notice.asked, notice.decision.ground)
        self.init(
            action: action, client: notice.identity.client, url: asked.url.text, method: asked.method, site: asked.url.site,
            rule: ground.rule, category: ground.category,
            expires: Instant(milliseconds: notice.time.milliseconds &+ Self.lifetime), isInPlace: isInPlace)
    }

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
