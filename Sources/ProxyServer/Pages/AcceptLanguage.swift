/// Picks a language by `Accept-Language` (RFC 9110 section 12.5.4, RFC 4647 section 3.4: `de-AT` falls back to `de`).
enum AcceptLanguage {
    /// - Parameters:
    ///   - field: as it came; nil where there is none. At most 16 of its ranges are read.
    ///   - available: tags in lower case.
    /// - Returns: the first of the best-liked available languages, `en` where none is.
    static func choose(_ field: String?, among available: Set<String>) -> String {
        guard let field else { return "en" }
        var best = (tag: "en", weight: 0)
        for range in field.split(separator: ",", maxSplits: 16).prefix(16) {
            let parts = range.split(separator: ";")
            guard let first = parts.first else { continue }
            let tag = first.filter { $0 != " " && $0 != "\t" }.lowercased()
            guard let found = match(tag, among: available) else { continue }
            let weight = parts.dropFirst().lazy.compactMap(weight).first ?? 1000
            if weight > best.weight { best = (found, weight) }
        }
        return best.tag
    }

    private static func match(_ tag: String, among available: Set<String>) -> String? {
        var rest = tag[...]
        while true {
            if available.contains(String(rest)) { return String(rest) }
            guard let dash = rest.lastIndex(of: "-") else { return nil }
            rest = rest[..<dash]
        }
    }

    /// `q=0.8` as 800; nil for another parameter.
    private static func weight(_ parameter: Substring) -> Int? {
        let text = parameter.filter { $0 != " " && $0 != "\t" }.lowercased()
        guard text.hasPrefix("q=") else { return nil }
        let digits = text.dropFirst(2).utf8
        guard let whole = digits.first, whole == 0x30 || whole == 0x31, digits.count <= 5 else { return 0 }
        if whole == 0x31 { return 1000 }
        var value = 0
        var place = 100
        for digit in digits.dropFirst(2) {
            guard (0x30...0x39).contains(digit) else { return 0 }
            value += Int(digit - 0x30) * place
            place /= 10
        }
        return value
    }
}
