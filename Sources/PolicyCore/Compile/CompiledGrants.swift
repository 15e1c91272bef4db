import PatternMatching

/// Grants and pauses as rules, with a small index of their own for targets written in place.
struct CompiledGrants: Sendable {
    let newestFirst: [CompiledRule]
    /// As given, the newest first, without those that name nothing.
    let grants: [Grant]
    let index: MatchIndex?

    /// The line of a grant's entry: lines are counted from 1.
    static let noLine = 0

    static let none = CompiledGrants([], categories: [], indexes: [:])

    /// - Parameter categories: of the policy; `indexes` finds them by name.
    init(_ given: [Grant], categories: [CompiledCategory], indexes: [String: Int]) {
        var builder = MatchIndexBuilder()
        var hasEntries = false
        var rules: [CompiledRule] = []
        var kept: [Grant] = []
        for grant in given.sorted(by: { $0.id > $1.id }) {
            guard let target = Target(grant.target) else { continue }
            let compiled: CompiledTarget
            var texts: [[UInt8]] = []
            if let entry = target.entry(line: CompiledGrants.noLine) {
                let source = builder.source(named: "grants[\(grant.id)]")
                guard (try? builder.add(entry, to: source)) != nil else { continue }
                hasEntries = true
                compiled = .granted(source)
            } else {
                guard let resolved = CompiledTarget(target, categories: indexes, texts: &texts) else { continue }
                compiled = resolved
            }
            kept.append(grant)
            rules.append(CompiledGrants.rule(grant, compiled, texts, categories))
        }
        newestFirst = rules
        grants = kept
        index = hasEntries ? try? MatchIndex(bytes: builder.finish()) : nil
    }

    private static func rule(_ grant: Grant, _ target: CompiledTarget, _ texts: [[UInt8]], _ categories: [CompiledCategory]) -> CompiledRule
    {
        let audience: Audience =
            switch grant.scope {
            case .everyone: .everyone
            case .group(let name): .group(name)
            case .client(let name): .client(name)
            }
        return CompiledRule(
            path: "grants[\(grant.id)]", verb: grant.allows ? .allow : .block, targets: [target], texts: texts, categories: categories,
            audience: audience,
            reason: grant.reason, from: grant.from, until: grant.until)
    }
}

extension CompiledTarget {
    /// A target that needs no index.
    /// - Returns: nil for a category that does not exist, and for entries written in place.
    /// - Parameter texts: the rule's; what the target compares with is added.
    init?(_ target: Target, categories: [String: Int], texts: inout [[UInt8]]) {
        func kept(_ text: String) -> Int {
            texts.append(Array(text.utf8))
            return texts.count - 1
        }
        switch target {
        case .all: self = .all
        case .uncategorized: self = .uncategorized
        case .ipHost: self = .ipHost
        case .category(let name):
            guard let index = categories[name] else { return nil }
            self = .category(index)
        case .mediaType(let type):
            let isPrefix = type.hasSuffix("/*")
            self = .mediaType(kept(type == "*/*" ? "" : isPrefix ? String(type.dropLast()) : type), isPrefix: isPrefix)
        case .fileExtension(let ext): self = .fileExtension(kept(ext))
        case .method(let method): self = .method(kept(method))
        case .port(let port): self = .port(port)
        case .site, .url, .expression: return nil
        }
    }
}

extension Target {
    /// The entry an in-place target stands for; nil for the others.
    func entry(line: Int) -> ListEntry? {
        switch self {
        case .site(let text): OwnEntry(key: .sites, text: text).listEntry(line: line)
        case .url(let text): OwnEntry(key: .urls, text: text).listEntry(line: line)
        case .expression(let text): OwnEntry(key: .expressions, text: text).listEntry(line: line)
        default: nil
        }
    }
}
