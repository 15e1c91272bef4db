// The lines that decide.
extension SquidImport {
    private struct Test {
        var name: String
        var isNegated: Bool
    }

    /// `http_access allow|deny [!]acl …`.
    mutating func accessLine(_ words: [String], _ place: ImportPlace) {
        for line in lines(words, place) { plan.lines.append(line) }
    }

    /// `http_reply_access deny …` by the reply's media type.
    mutating func replyLine(_ words: [String], _ place: ImportPlace) {
        guard words.first == "deny" else { return report.ignored(place, "what no line denies is allowed") }
        for line in lines(words, place) {
            let isTyped = line.what.contains { !$0.isNegated && $0.what.targets.first?.hasPrefix("type:") ?? false }
            if isTyped, line.unknown.isEmpty {
                plan.lines.append(line)
            } else {
                report.allowsMore(place, "of what a reply shows, rules know its media type alone")
            }
        }
    }

    private mutating func lines(_ words: [String], _ place: ImportPlace) -> [AccessLine] {
        let tests = words.dropFirst().map { Test(name: $0.hasPrefix("!") ? String($0.dropFirst()) : $0, isNegated: $0.hasPrefix("!")) }
        var ways: [[Test]] = [[]]
        for test in tests {
            let alternatives = alternatives(test, place, depth: 0)
            guard ways.count * alternatives.count <= 64 else {
                report.error(place, "more than 64 ways to meet this line's any-of and all-of conditions")
                return []
            }
            ways = ways.flatMap { way in alternatives.map { way + $0 } }
        }
        return ways.compactMap { line($0, words.first == "allow" ? .allow : .block, place) }
    }

    /// `any-of` and `all-of` lists as what they stand for: ways to meet the test, each of them conditions that must all hold.
    private func alternatives(_ test: Test, _ place: ImportPlace, depth: Int) -> [[Test]] {
        guard let list = lists[test.name], list.type == "any-of" || list.type == "all-of", depth < 8 else { return [[test]] }
        for line in list.lines { report.mapped(line.place, "where it is used") }
        // Every line of an all-of is one way; of an any-of every word is.
        let ways = list.type == "all-of" ? list.lines.map(\.words) : list.lines.flatMap { $0.words.map { [$0] } }
        let read = ways.map { way in
            way.map { Test(name: $0.hasPrefix("!") ? String($0.dropFirst()) : $0, isNegated: $0.hasPrefix("!")) }
        }
        guard test.isNegated else {
            return read.flatMap { way in product(way.map { alternatives($0, place, depth: depth + 1) }) }
        }
        // None of the ways: of each way some condition fails.
        let failures = read.map { way in
            way.flatMap { alternatives(Test(name: $0.name, isNegated: !$0.isNegated), place, depth: depth + 1) }
        }
        return product(failures)
    }

    private func product(_ sets: [[[Test]]]) -> [[Test]] {
        sets.reduce([[]]) { ways, set in Array(ways.lazy.flatMap { way in set.map { way + $0 } }.prefix(65)) }
    }

    /// nil where the line can never apply.
    private mutating func line(_ tests: [Test], _ verdict: AccessPlan.Verdict, _ place: ImportPlace) -> AccessLine? {
        var line = AccessLine(verdict: verdict, place: place)
        for test in tests {
            guard let term = term(test.name, place) else { return nil }
            let known = line.unknown.count
            if (verdict == .allow) != test.isNegated, asksSignIn(test.name) {
                report.allowsMore(place, "whoever has not signed in is not kept out by a policy: Weir's configuration asks for that")
            }
            switch term {
            case .always:
                if test.isNegated { return never(place, test) }
            case .never:
                if !test.isNegated { return never(place, test) }
            case .who(let who): line.who.append(WhoTest(who: who, isNegated: test.isNegated))
            case .what(let what): line.what.append(WhatTest(what: what, isNegated: test.isNegated))
            case .when(let schedule): line.when.append(WhenTest(schedule: schedule, isNegated: test.isNegated))
            case .unknown(let name): line.unknown.append((test.isNegated ? "!" : "") + name)
            }
            if line.unknown.count == known { partly(term, test, &line) }
        }
        return line
    }

    /// A list of which only a part could be read, where the part means that more is allowed.
    ///
    /// Clients may be any then: the condition counts as one nobody can judge. Sites and expressions are many and each its own: the others hold.
    private func partly(_ term: Term, _ test: Test, _ line: inout AccessLine) {
        guard (line.verdict == .block) != test.isNegated else { return }
        if case .what = term, let missed = missed[test.name] {
            report.allowsMore(line.place, "\(line.verdict == .block ? "does not forbid" : "does not leave out") \(missed)")
        }
        guard let values = unread[test.name] else { return }
        let list = "\(values.prefix(5).joined(separator: " "))\(values.count > 5 ? " …" : "")"
        switch term {
        case .who:
            line.who.removeLast()
            line.unknown.append("\(test.isNegated ? "!" : "")\(test.name) (\(list) could not be read)")
        case .what:
            report.allowsMore(line.place, "\(line.verdict == .block ? "does not forbid" : "does not leave out") \(list) of \(test.name)")
        default: return
        }
    }

    private func asksSignIn(_ name: String) -> Bool {
        guard let list = lists[name], list.type == "proxy_auth" || list.type == "ext_user" else { return false }
        if case .always = terms[name] { return true } else { return false }
    }

    private func never(_ place: ImportPlace, _ test: Test) -> AccessLine? {
        report.ignored(place, "never applies here: \(test.isNegated ? "!" : "")\(test.name)")
        return nil
    }
}
