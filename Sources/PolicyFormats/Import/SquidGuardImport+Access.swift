// The acl block: who may see what.
extension SquidGuardImport {
    /// A client's first `src` decides which `pass` line is asked, the `default` for those without.
    mutating func access(_ node: SquidGuardTree.Node) {
        var blocks: [String: [SquidGuardTree.Node]] = [:]
        var name = ""
        for child in node.children ?? [] {
            guard child.children != nil else {
                report.error(child.place, "\"\(child.words.joined(separator: " "))\" stands outside the block of a client group")
                continue
            }
            // An `else` belongs to the block before it.
            if child.words.first != "else" { name = child.words.first ?? "" }
            if name != "default", !sources.contains(where: { $0.name == name }) {
                report.error(child.place, "there is no src \"\(name)\"\(NearestName.offer(name, among: sources.map(\.name)))")
                continue
            }
            blocks[name, default: []].append(child)
        }
        let standard = blocks["default"] ?? []
        if standard.flatMap({ $0.children ?? [] }).contains(where: { $0.words.first == "redirect" }) { redirects = true }
        for (name, source) in sources where !source.isUnknown {
            let own = blocks[name] ?? []
            if own.isEmpty {
                add(standard, who: source.who, when: source.when)
            } else {
                add(own, who: source.who, when: source.when)
                // Outside the block's time, without an else, the default's list is asked.
                if let first = own.first, !own.contains(where: { $0.words.first == "else" }),
                    let times = when(first.words.dropFirst(), first.place), !times.isEmpty
                {
                    add(standard, who: source.who, when: source.when + times.map(inverted))
                }
            }
        }
        for (name, source) in sources where source.isUnknown { leave(blocks[name] ?? [], name) }
        add(standard, who: [], when: [])
        plan.fallback = .allow
    }

    /// The lines of clients that cannot be told: each is said to be left out, first of all those that forbid.
    private func leave(_ blocks: [SquidGuardTree.Node], _ name: String) {
        for block in blocks {
            report.unmapped(block.place, "the clients of \(name) cannot be told here")
            for child in block.children ?? [] {
                let why = "the clients of \(name) cannot be told here: they get what the next group that fits gets"
                let isForbidding = child.words.first == "pass" && child.words.contains { $0 == "none" || $0.hasPrefix("!") }
                if isForbidding { report.allowsMore(child.place, why) } else { report.unmapped(child.place, why) }
            }
        }
    }

    private func inverted(_ test: WhenTest) -> WhenTest { WhenTest(schedule: test.schedule, isNegated: !test.isNegated) }

    private mutating func add(_ blocks: [SquidGuardTree.Node], who: [WhoTest], when outer: [WhenTest]) {
        var elseTimes: [WhenTest] = []
        for block in blocks {
            let isElse = block.words.first == "else"
            guard let times = isElse ? elseTimes : when(block.words.dropFirst(), block.place) else { continue }
            elseTimes = times.map(inverted)
            report.mapped(block.place, isElse ? "rules outside the time" : "rules of group \(block.words.first ?? "")")
            let holds = outer + times
            let redirects = (block.children ?? []).contains { $0.words.first == "redirect" } || self.redirects
            var hasPass = false
            for child in block.children ?? [] {
                switch child.words.first {
                case "pass":
                    hasPass = true
                    pass(child, who: who, when: holds, redirects: redirects)
                case "redirect":
                    report.differs(child.place, "Weir's own block page", "nobody is sent elsewhere: the block page names the rule")
                case "rewrite", "rew": report.unmapped(child.place, "URLs are not rewritten; \"safe-search: on\" may be what it was for")
                case "log", "logfile": report.ignored(child.place, "every request is recorded: see Visits")
                default: report.unmapped(child.place, "\(child.words.first ?? "") is not known here")
                }
            }
            if !hasPass { pass(SquidGuardTree.Node(words: ["pass", "all"], place: block.place), who: who, when: holds, redirects: true) }
        }
    }

    /// `pass a !b all`: the first element that the request is in decides; what none decides passes.
    private mutating func pass(_ node: SquidGuardTree.Node, who: [WhoTest], when: [WhenTest], redirects: Bool) {
        if !redirects {
            report.differs(
                node.place, nil, "squidGuard lets pass what it cannot redirect, and there is no redirect for this: here it is blocked")
        }
        var isDecided = false
        for word in node.words.dropFirst() where !isDecided {
            let isNegated = word.hasPrefix("!")
            let name = isNegated ? String(word.dropFirst()) : word
            var line = AccessLine(
                verdict: isNegated ? .block : .allow, who: who, when: when, place: node.place, isExclusive: true)
            switch name {
            case "all", "any": isDecided = true
            case "none":
                line.verdict = isNegated ? .allow : .block
                isDecided = true
            case "in-addr": line.what = [WhatTest(what: WhatSet(targets: ["ip-host"]))]
            default:
                if name.hasPrefix("dnsbl") {
                    let why = "\(word): no name server is asked about hosts"
                    if isNegated { report.allowsMore(node.place, why) } else { report.unmapped(node.place, why) }
                    continue
                }
                guard let destination = destinations[name] else {
                    report.error(node.place, "there is no dest \"\(name)\"\(NearestName.offer(name, among: destinations.keys))")
                    continue
                }
                line.what = [WhatTest(what: destination.what)]
                line.when += destination.when
            }
            plan.lines.append(line)
        }
        if !isDecided { plan.lines.append(AccessLine(verdict: .allow, who: who, when: when, place: node.place, isExclusive: true)) }
    }
}
