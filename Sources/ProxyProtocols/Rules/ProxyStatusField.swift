/// Proxy-Status of those behind us (RFC 9209), of which whatever bears our own name is taken out: it would read as if Weir had said it.
enum ProxyStatusField {
    private static let ourName = Array("weir".utf8)

    /// - Parameter value: of one field line.
    /// - Returns: nil where it passes as it is; else the members that stay, as sent, possibly none. A line with a quote that is not closed could
    ///   hide anything once it is read together with the next, so nothing of it stays.
    static func withoutOurs(_ value: ArraySlice<UInt8>) -> [UInt8]? {
        guard let members = members(value) else { return [] }
        let kept = members.filter { !isOurs($0) }
        return kept.count == members.count ? nil : Array(kept.joined(separator: [0x2c, 0x20]))
    }

    /// The members, separated by commas outside quotes; nil where a quote is not closed.
    private static func members(_ value: ArraySlice<UInt8>) -> [ArraySlice<UInt8>]? {
        var members: [ArraySlice<UInt8>] = []
        var (isQuoted, isEscaped) = (false, false)
        var start = value.startIndex
        for (at, byte) in zip(value.indices, value) {
            if isEscaped {
                isEscaped = false
            } else if isQuoted, byte == 0x5c {
                isEscaped = true
            } else if byte == 0x22 {
                isQuoted.toggle()
            } else if byte == 0x2c, !isQuoted {
                members.append(trimmed(value[start..<at]))
                start = at + 1
            }
        }
        if isQuoted { return nil }
        members.append(trimmed(value[start...]))
        return members
    }

    private static func trimmed(_ member: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var rest = member.drop(while: ByteClass.isBlank)
        while let last = rest.last, ByteClass.isBlank(last) { rest.removeLast() }
        return rest
    }

    /// Whether a member's name is ours: a token, or a string in which escapes stand for themselves.
    private static func isOurs(_ member: ArraySlice<UInt8>) -> Bool {
        let name =
            member.first == 0x22
            ? member.dropFirst().prefix { $0 != 0x22 }.filter { $0 != 0x5c } : Array(member.prefix(while: ByteClass.isToken))
        return name.map(ASCII.lower) == ourName
    }
}
