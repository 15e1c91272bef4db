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
        let standard = standard(blocks["default"] ?? [])
        for (name, source) in sources where !source.isUnknown {
            let own = blocks[name] ?? []
            if own.isEmpty {
                add(standard, who: source.who, when: source.when, standard: [])
            } else {
                add(own, who: source.who, when: source.when, standard: standard)
                // Outside the block's time, without an else, the default's list is asked.
                if let first = own.first, !own.contains(where: { $0.words.first == "else" }),
                    let times = when(first.words.dropFirst(), first.place), !times.isEmpty
                {
                    add(standard, who: source.who, when: source.when + times.map(inverted), standard: [])
                }
            }
        }
        for (name, source) in sources where source.isUnknown { leave(blocks[name] ?? [], name) }
        add(standard, who: [], when: [], standard: [])
        plan.fallback = .allow
    }

    /// Of the default's blocks the last, an `else` too: it holds at all times, whatever time stands with it.
    private mutating func standard(_ blocks: [SquidGuardTree.Node]) -> [SquidGuardTree.Node] {
        guard var last = blocks.last else { return [] }
        for block in blocks.dropLast() {
            report.ignored(block.place, "never asked: squidGuard takes the last of the default's blocks")
            for child in block.statements(SquidGuardKeys.access, report) where !report.knows(child.place) {
                report.ignored(child.place, "never asked")
            }
        }
        if last.words.count > 1 || last.words.first == "else" {
            report.mapped(last.place, "holds at all times: squidGuard's default knows none")
        }
        last.words = ["default"]
        if last.statements(SquidGuardKeys.access, report).contains(where: { $0.words.first == "redirect" }) { redirects = true }
        return [last]
    }

    /// The lines of clients that cannot be told: each is said to be left out, first of all those that forbid.
    private func leave(_ blocks: [SquidGuardTree.Node], _ name: String) {
        for block in blocks {
            report.unmapped(block.place, "the clients of \(name) cannot be told here")
            for child in block.statements(SquidGuardKeys.access, report) {
                let why = "the clients of \(name) cannot be told here: they get what the next group that fits gets"
                let isForbidding = child.words.first == "pass" && child.elements.contains { $0.name == "none" || $0.isNegated }
                if isForbidding { report.allowsMore(child.place, why) } else { report.unmapped(child.place, why) }
            }
        }
    }

    private func inverted(_ test: WhenTest) -> WhenTest { WhenTest(schedule: test.schedule, isNegated: !test.isNegated) }

    /// - Parameter standard: the default's block, whose list holds for a block that has none.
    private mutating func add(_ blocks: [SquidGuardTree.Node], who: [WhoTest], when outer: [WhenTest], standard: [SquidGuardTree.Node]) {
        var elseTimes: [WhenTest] = []
        for block in blocks {
            let isElse = block.words.first == "else"
            guard let times = isElse ? elseTimes : when(block.words.dropFirst(), block.place) else { continue }
            elseTimes = times.map(inverted)
            report.mapped(block.place, isElse ? "rules outside the time" : "rules of group \(block.words.first ?? "")")
            let statements = block.statements(SquidGuardKeys.access, report)
            for child in statements {
                switch child.words.first {
                case "pass": continue
                case "redirect":
                    report.differs(child.place, "Weir's own block page", "nobody is sent elsewhere: the block page names the rule")
                case "rewrite", "rew": report.unmapped(child.place, "URLs are not rewritten; \"safe-search: on\" may be what it was for")
                case "log", "logfile": report.ignored(child.place, "every request is recorded: see Visits")
                default: report.unmapped(child.place, "\(child.words.first ?? "") is not known here")
                }
            }
            let redirects = statements.contains { $0.words.first == "redirect" } || self.redirects
            pass(elements(statements, block, standard), who: who, when: outer + times, redirects: redirects)
        }
    }

    private struct Element {
        var name: String
        var isNegated: Bool
        var place: ImportPlace
    }

    /// The elements of all of a block's `pass` lines, which are one list; the default's where there are none, and `none` where the default has
    /// none either.
    private func elements(_ statements: [SquidGuardTree.Node], _ block: SquidGuardTree.Node, _ standard: [SquidGuardTree.Node]) -> [Element]
    {
        let passes = statements.filter { $0.words.first == "pass" }
        let own = passes.flatMap { node in node.elements.map { Element(name: $0.name, isNegated: $0.isNegated, place: node.place) } }
        for node in passes where node.elements.isEmpty { report.ignored(node.place, "names nothing: the default's list holds") }
        if !own.isEmpty { return own }
        let others = standard.flatMap { $0.statements(SquidGuardKeys.access, report) }.filter { $0.words.first == "pass" }.flatMap(
            \.elements)
        if others.isEmpty { return [Element(name: "none", isNegated: false, place: block.place)] }
        return others.map { Element(name: $0.name, isNegated: $0.isNegated, place: block.place) }
    }

    /// `pass a !b all`: the first element that the request is in decides; what none decides passes.
    private mutating func pass(_ elements: [Element], who: [WhoTest], when: [WhenTest], redirects: Bool) {
        var isDecided = false
        var asked: Set<ImportPlace> = []
        for element in elements where !isDecided {
            if asked.insert(element.place).inserted, !redirects {
                report.differs(
                    element.place, nil,
                    "squidGuard lets pass what it cannot redirect, and there is no redirect for this: here it is blocked")
            }
            var line = AccessLine(
                verdict: element.isNegated ? .block : .allow, who: who, when: when, place: element.place, isExclusive: true)
            switch element.name {
            case "all", "any":
                isDecided = true
                if element.isNegated { report.differs(element.place, nil, "squidGuard takes !all for all: here it forbids") }
            case "none":
                // With a "!" too.
                line.verdict = .block
                isDecided = true
            case "in-addr": line.what = [WhatTest(what: WhatSet(targets: ["ip-host"]))]
            default:
                if element.name.hasPrefix("dnsbl") {
                    let why = "\(element.isNegated ? "!" : "")\(element.name): no name server is asked about hosts"
                    if element.isNegated { report.allowsMore(element.place, why) } else { report.unmapped(element.place, why) }
                    continue
                }
                guard let destination = destinations[element.name] else {
                    report.error(
                        element.place, "there is no dest \"\(element.name)\"\(NearestName.offer(element.name, among: destinations.keys))")
                    continue
                }
                for place in destination.urls {
                    report.allowsMore(
                        place,
                        element.isNegated
                            ? "an entry that ends within a word of the path (/ads) does not forbid what goes on (/adsense)"
                            : "an entry allows its path on subdomains too")
                }
                line.what = [WhatTest(what: destination.what)]
                line.when += destination.when
            }
            plan.lines.append(line)
        }
        for element in elements where !asked.contains(element.place) {
            report.ignored(element.place, "never asked: what stands before it decides")
        }
        guard !isDecided, let last = elements.last else { return }
        plan.lines.append(AccessLine(verdict: .allow, who: who, when: when, place: last.place, isExclusive: true))
    }
}
