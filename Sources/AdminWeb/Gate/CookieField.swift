/// One `Cookie` field's value (RFC 6265, 5.4): pairs between semicolons.
enum CookieField {
    /// A secret is far shorter than this.
    static let longestValue = 200

    /// - Returns: the value of the first pair of that name; nil where there is none, it is empty or implausibly long.
    static func value(of name: String, in field: some StringProtocol) -> String? {
        for pair in field.split(separator: ";") {
            let parts = pair.trimmed.split(separator: "=", maxSplits: 1)
            if parts.count == 2, parts[0] == name, parts[1].utf8.count <= longestValue { return String(parts[1]) }
        }
        return nil
    }
}
