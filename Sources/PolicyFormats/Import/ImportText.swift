import PatternMatching

/// A configuration's file in lines.
enum ImportText {
    static let mostBytes = 8 * 1024 * 1024

    /// The file's lines with their places; nil, and an error, where it is missing or no text.
    static func lines(_ path: String, _ files: some ImportFiles, _ report: ImportReport, from place: ImportPlace? = nil) -> [ImportPlace]? {
        let at = place ?? ImportPlace(file: path, line: 1)
        guard let bytes = files.bytes(path) else {
            report.error(at, place == nil ? "there is no such file" : "\(path): there is no such file: give it too")
            return nil
        }
        return lines(bytes, path, report, at)
    }

    /// The same for a file that may be missing.
    static func lines(_ bytes: [UInt8], _ path: String, _ report: ImportReport, _ at: ImportPlace) -> [ImportPlace]? {
        guard bytes.count <= mostBytes else {
            report.error(at, "\(path): longer than \(mostBytes) bytes")
            return nil
        }
        let refusal = bytes.withUnsafeBytes { head -> ListDetection.Refusal? in
            do throws(ListDetection.Refusal) { try ListDetection.check(head) } catch { return error }
            return nil
        }
        if let refusal {
            report.error(at, "\(path): \(refusal.rawValue)")
            return nil
        }
        // Comments in an old charset do no harm.
        var text = String(decoding: bytes, as: UTF8.self)
        // The mark of one file's beginning, in the middle too where files were put together.
        text.unicodeScalars.removeAll { $0 == "\u{feff}" }
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: { $0 == "\n" || $0 == "\r\n" })
        return lines.enumerated().map { ImportPlace(file: path, line: $0.offset + 1, text: $0.element.trimmingBlanks) }
    }

    static func words(_ text: some StringProtocol) -> [String] {
        text.split { (character: Character) in character.isWhitespace }.map { String($0) }
    }

    /// `folder/name`, and absolute names as they are.
    static func path(_ name: String, in folder: String) -> String {
        name.hasPrefix("/") || folder.isEmpty ? name : folder + (folder.hasSuffix("/") ? "" : "/") + name
    }

    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "" }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Whether a policy can name a user so: neither colons nor control characters, nothing that is not seen.
    static func isUser(_ text: some StringProtocol) -> Bool {
        !text.isEmpty && !text.utf8.contains { $0 < 0x20 || $0 == 0x7f || $0 == UInt8(ascii: ":") }
            && !text.unicodeScalars.contains(where: \.endsOrHidesText)
    }

    /// `21:00` in minutes; `24:00` is the last.
    static func clock(_ text: some StringProtocol) -> Int? { Quantity.clock(String(text)) }

    /// An address, a block, a block with a netmask, a range, or a range of blocks (`10.0.0.0-10.0.3.0/24`).
    static func addresses(_ text: String) -> AddressRanges? {
        var ranges = AddressRanges()
        if let slash = text.firstIndex(of: "/") {
            guard let length = maskLength(text[text.index(after: slash)...]) else { return nil }
            let first = text[..<slash]
            if let dash = first.firstIndex(of: "-") {
                return range(first[..<dash], first[first.index(after: dash)...], length)
            }
            guard let prefix = IPPrefix("\(first)/\(length)") else { return nil }
            ranges.insert(prefix)
            return ranges
        }
        if let dash = text.firstIndex(of: "-") {
            guard let low = IPAddress(String(text[..<dash])), let high = IPAddress(String(text[text.index(after: dash)...])) else {
                return nil
            }
            ranges.insert(from: low, to: high)
            return ranges.isEmpty ? nil : ranges
        }
        guard let prefix = IPPrefix(text) else { return nil }
        ranges.insert(prefix)
        return ranges
    }

    /// From the first address of one block to the last of another: Squid masks the client's address and both ends before it compares.
    private static func range(_ first: Substring, _ last: Substring, _ length: String) -> AddressRanges? {
        guard let low = IPPrefix("\(first)/\(length)"), let end = IPPrefix("\(last)/\(length)") else { return nil }
        var block = AddressRanges()
        block.insert(end)
        guard let high = block.ranges.last?.upperBound else { return nil }
        var ranges = AddressRanges()
        ranges.insert(from: low.address, to: IPAddress(high: UInt64(truncatingIfNeeded: high >> 64), low: UInt64(truncatingIfNeeded: high)))
        return ranges.isEmpty ? nil : ranges
    }

    /// What stands behind a slash as a count of bits; nil for a netmask whose ones do not all come first.
    private static func maskLength(_ text: Substring) -> String? {
        guard let mask = IPAddress(String(text)) else { return String(text) }
        return mask.isV4 ? maskLength(UInt32(truncatingIfNeeded: mask.low)).map(String.init) : nil
    }

    /// The length of a netmask whose ones all come first.
    private static func maskLength(_ mask: UInt32) -> Int? {
        let length = (~mask).leadingZeroBitCount
        return length == 32 || mask << UInt32(length) == 0 ? length : nil
    }
}
