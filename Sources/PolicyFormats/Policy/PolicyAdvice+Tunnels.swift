import PolicyCore

extension PolicyAdvice {
    /// Rules, or else their exceptions, that need what an HTTPS tunnel does not show.
    static func blind(_ rule: RuleDeclaration, _ document: PolicyDocument) -> [Warning] {
        let needs = rule.targets.map { unknown(of: $0.target, document) }
        if !needs.isEmpty, !needs.contains(nil) {
            var all: [String] = []
            for need in needs.compactMap(\.self) where !all.contains(need) { all.append(need) }
            let text = rule.targets.map { "\"\($0.target.text)\"" }.joined(separator: ", ")
            let isOne = all.count == 1
            return [
                (
                    rule.place,
                    "never acts on HTTPS: inside a tunnel \(all.joined(separator: " and ")) \(isOne ? "is" : "are") not known, so \(text) cannot match there"
                )
            ]
        }
        return rule.except.compactMap { except in
            unknown(of: except.target, document).map {
                (
                    except.place,
                    "never acts on HTTPS: inside a tunnel \($0) is not known, so \"\(except.target.text)\" excepts nothing there"
                )
            }
        }
    }

    /// What would have to be known for the target to match; nil where it may match a tunnel. Of a category its own entries are looked at: what
    /// its lists hold is not known here.
    private static func unknown(of target: Target, _ document: PolicyDocument) -> String? {
        switch target {
        case .url(let entry): hasPath(entry) ? "the path" : nil
        case .fileExtension: "the path"
        case .mediaType: "the media type"
        case .method(let method): method == "CONNECT" ? nil : "the method"
        case .category(let name):
            document.categories.first { $0.name == name }.flatMap { holdsPathsAlone($0.includes) ? "the path" : nil }
        case .all, .uncategorized, .ipHost, .site, .expression, .port: nil
        }
    }

    private static func holdsPathsAlone(_ sources: EntrySources) -> Bool {
        sources.lists.isEmpty && !sources.entries.isEmpty && sources.entries.allSatisfy { $0.key == .urls && hasPath($0.text) }
    }

    private static func hasPath(_ entry: String) -> Bool {
        guard let slash = entry.firstIndex(of: "/") else { return false }
        return entry[slash...].contains { $0 != "/" }
    }

    /// Methods in small letters: those requests have are in capitals, and another is another method (RFC 9110 9.1).
    static func strangeMethods(_ rule: RuleDeclaration) -> [Warning] {
        (rule.targets + rule.except).compactMap { placed in
            guard case .method(let method) = placed.target, method != method.uppercased() else { return nil }
            return (
                placed.place,
                "never matches \(method.uppercased()): methods are case-sensitive (RFC 9110), write \"method:\(method.uppercased())\""
            )
        }
    }
}
