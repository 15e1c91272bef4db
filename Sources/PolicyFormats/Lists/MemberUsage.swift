/// What UT1's `usage` and `global_usage` say about members.
public struct MemberUsage: Sendable, Hashable {
    /// The English title, by member.
    public var titles: [String: String] = [:]
    /// Members meant to be allowed rather than blocked.
    public var allowlists: Set<String> = []

    public init() {}

    /// Reads `global_usage`: stanzas of `NAME:`, `DEFAULT_TYPE: black|white`, `NAME EN:`.
    public mutating func readGlobal(_ text: String) {
        var member: String?
        for line in text.split(whereSeparator: \.isNewline).prefix(20_000) {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let key = line[..<colon].trimmingBlanks
            let value = String(line[line.index(after: colon)...].trimmingBlanks.prefix(200))
            switch key {
            case "NAME": member = value
            case "DEFAULT_TYPE": if let member, value == "white" { allowlists.insert(member) }
            case "NAME EN": if let member, !value.isEmpty { titles[member] = value }
            default: continue
            }
        }
    }

    /// Reads one member's `usage`: comments, then `black` or `white`, then names. Where a member may be used either way it is no allowlist.
    public mutating func read(_ text: String, of member: String) {
        let words = text.split(whereSeparator: \.isNewline).prefix(100).map(\.trimmingBlanks).filter { !$0.hasPrefix("#") }
        if words.contains("white"), !words.contains("black") { allowlists.insert(member) }
    }
}
