import PatternMatching

/// Yes, no, or not known because a required list is missing.
enum Answer: Sendable {
    case yes, no, unknown
}

/// Which sources the forms of a URL are in, of every index a snapshot asks.
struct MatchedForms {
    private(set) var canonical = Form()
    /// Of the URL as sent, where that differs.
    private(set) var sent: Form?
    /// Lists with an exception that holds the URL as sent: nothing that loosens may count them.
    private(set) var exceptedAsSent = SourceSet()
    /// The engine gave up on an expression: nobody may go on as if it had not matched.
    private(set) var failed = false
    /// Where it did.
    private(set) var gaveUpAt: ExpressionPlace?

    /// The sources of each index that one form of the URL is in.
    struct Form {
        var own = SourceSet()
        var lists = SourceSet()
        var grants = SourceSet()
    }

    init(_ url: RequestURL, in policy: CompiledPolicy, grants: MatchIndex?) {
        var budget = MatchBudget()
        canonical.find(url, sent: false, policy, grants, &budget)
        if url.sent != nil {
            var form = Form()
            form.find(url, sent: true, policy, grants, &budget)
            sent = form
            // Only lists have exceptions of their own; those of a category are a source.
            policy.lists.index?.exceptions(asSentIn: url, into: &exceptedAsSent, budget: &budget)
        }
        failed = budget.failed
        gaveUpAt = budget.gaveUpAt
    }
}

extension MatchedForms.Form {
    fileprivate mutating func find(
        _ url: RequestURL, sent: Bool, _ policy: CompiledPolicy, _ grants: MatchIndex?, _ budget: inout MatchBudget
    ) {
        policy.own?.match(url, sent: sent, into: &own, budget: &budget)
        policy.lists.index?.match(url, sent: sent, into: &lists, budget: &budget)
        grants?.match(url, sent: sent, into: &self.grants, budget: &budget)
    }
}

/// Which sources a request's URL is in: looked up once, asked by every rule.
struct Matched {
    let asked: Asked
    let forms: MatchedForms

    init(_ asked: Asked, in policy: CompiledPolicy, grants: MatchIndex?) {
        self.init(asked, MatchedForms(asked.url, in: policy, grants: grants))
    }

    /// - Parameter forms: of what is asked for.
    init(_ asked: Asked, _ forms: MatchedForms) {
        self.asked = asked
        self.forms = forms
    }

    typealias Form = MatchedForms.Form
    var own: Form { forms.canonical }
    var sent: Form? { forms.sent }
    var failed: Bool { forms.failed }
}

extension MatchedForms.Form {
    func touches(_ reach: Reach) -> Bool {
        own.intersects(reach.own) || lists.intersects(reach.lists) || grants.intersects(reach.grants)
    }

    func isIn(_ sources: CompiledSources) -> Bool {
        if sources.isEmpty { return false }
        if let id = sources.own, own.contains(id) { return true }
        for list in sources.lists where lists.contains(list) { return true }
        return false
    }

    /// The same, without some lists.
    func isIn(_ sources: CompiledSources, without excepted: SourceSet) -> Bool {
        if sources.isEmpty { return false }
        if let id = sources.own, own.contains(id) { return true }
        for list in sources.lists where lists.contains(list) && !excepted.contains(list) { return true }
        return false
    }
}

extension MatchedForms {
    /// Whether the request is in a category. What tightens looks at both forms of the URL for what puts it in and at the canonical form
    /// alone for what takes it out; what loosens the other way round. So it is with the exceptions inside a list: they take out of the list.
    func answer(_ category: CompiledCategory, tightens: Bool) -> Answer {
        if holds(category.excepts, tightens: !tightens) { return .no }
        if holds(category.includes, tightens: tightens) { return category.excepts.isMissing ? .unknown : .yes }
        return category.includes.isMissing ? .unknown : .no
    }

    /// Whether any source a rule can be reached by holds the request, in either form.
    func touches(_ reach: Reach) -> Bool { canonical.touches(reach) || sent?.touches(reach) == true }

    /// The first of the lists that holds the request, by what the policy calls it.
    func list(in sources: CompiledSources, tightens: Bool) -> String? {
        for (index, source) in sources.lists.enumerated() {
            if holds(source, tightens: tightens) { return sources.listNames[index] }
        }
        return nil
    }

    private func holds(_ sources: CompiledSources, tightens: Bool) -> Bool {
        guard let sent else { return canonical.isIn(sources) }
        return tightens ? canonical.isIn(sources) || sent.isIn(sources) : canonical.isIn(sources, without: exceptedAsSent)
    }

    private func holds(_ list: SourceID, tightens: Bool) -> Bool {
        guard let sent else { return canonical.lists.contains(list) }
        return tightens
            ? canonical.lists.contains(list) || sent.lists.contains(list)
            : canonical.lists.contains(list) && !exceptedAsSent.contains(list)
    }
}

extension Matched {
    /// Whether any source a rule can be reached by holds the request, in either form.
    func touches(_ reach: Reach) -> Bool { forms.touches(reach) }

    /// Whether the request is in no category.
    func isUncategorized(_ categories: [CompiledCategory], tightens: Bool) -> Answer {
        let canonical = isUncategorized(own, categories, without: SourceSet())
        guard tightens, canonical != .yes, let sent else { return canonical }
        // What an exception of a list holds as sent is, as sent, not in the list.
        let asSent = isUncategorized(sent, categories, without: forms.exceptedAsSent)
        return asSent == .yes ? .yes : canonical == .unknown ? .unknown : asSent
    }

    private func isUncategorized(_ form: Form, _ categories: [CompiledCategory], without excepted: SourceSet) -> Answer {
        var answer = Answer.yes
        for category in categories {
            if form.isIn(category.excepts) { continue }
            if form.isIn(category.includes, without: excepted) {
                if !category.excepts.isMissing { return .no }
                answer = .unknown
            } else if category.includes.isMissing {
                answer = .unknown
            }
        }
        return answer
    }

    /// - Parameter texts: those of the target's rule.
    func answer(_ target: CompiledTarget, _ texts: [[UInt8]], _ categories: [CompiledCategory], tightens: Bool) -> Answer {
        let found: Bool
        switch target {
        case .all: found = true
        case .uncategorized: return isUncategorized(categories, tightens: tightens)
        case .category(let index): return forms.answer(categories[index], tightens: tightens)
        case .ipHost: found = asked.url.address != nil
        case .own(let id): found = own.own.contains(id) || (tightens && sent?.own.contains(id) == true)
        case .granted(let id): found = own.grants.contains(id) || (tightens && sent?.grants.contains(id) == true)
        case .mediaType(let type, let isPrefix):
            guard let known = asked.mediaType else { return .no }
            found = Matched.equals(known, texts[type], isPrefix: isPrefix)
        case .fileExtension(let ext): found = hasExtension(texts[ext], tightens: tightens)
        case .method(let method): found = asked.method.utf8.elementsEqual(texts[method])
        case .port(let port): found = asked.url.port == port
        }
        return found ? .yes : .no
    }

    /// - Parameter type: lower case.
    private static func equals(_ known: String, _ type: [UInt8], isPrefix: Bool) -> Bool {
        var wanted = type.makeIterator()
        for byte in known.utf8 {
            guard let next = wanted.next() else { return isPrefix }
            if byte.asciiLowercase != next { return false }
        }
        return wanted.next() == nil
    }

    private func hasExtension(_ ext: [UInt8], tightens: Bool) -> Bool {
        let url = asked.url
        if Matched.path(url.bytes, from: url.pathStart, endsIn: ext, beforeParameters: false) { return true }
        guard tightens else { return false }
        // Origins read `/setup.exe;x` as the file setup.exe.
        if Matched.path(url.bytes, from: url.pathStart, endsIn: ext, beforeParameters: true) { return true }
        guard let sent = url.sent else { return false }
        return Matched.path(sent, from: url.pathStart, endsIn: ext, beforeParameters: false)
            || Matched.path(sent, from: url.pathStart, endsIn: ext, beforeParameters: true)
    }

    /// Whether the last segment of the path that starts at `from` ends in a dot and `ext`.
    private static func path(_ bytes: [UInt8], from: Int, endsIn ext: [UInt8], beforeParameters: Bool) -> Bool {
        guard from >= 0, from <= bytes.count else { return false }
        let path = bytes[from...].prefix { $0 != UInt8(ascii: "?") }
        let start = (path.lastIndex(of: UInt8(ascii: "/")) ?? from - 1) + 1
        var segment = path[start...]
        if beforeParameters { segment = segment.prefix { $0 != UInt8(ascii: ";") } }
        guard segment.count > ext.count else { return false }
        let tail = segment.suffix(ext.count)
        guard segment[tail.startIndex - 1] == UInt8(ascii: ".") else { return false }
        return tail.elementsEqual(ext) { $0.asciiLowercase == $1 }
    }
}

extension UInt8 {
    var asciiLowercase: UInt8 { (0x41...0x5a).contains(self) ? self | 0x20 : self }
}
