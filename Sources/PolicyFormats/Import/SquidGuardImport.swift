import PatternMatching

/// Reads `squidGuard.conf`.
struct SquidGuardImport<Files: ImportFiles> {
    let files: Files
    let report: ImportReport
    let listFolder: String?
    var plan = AccessPlan()
    var home = "/var/lib/squidguard/db"
    /// By the names the configuration gives them.
    var schedules: [String: String] = [:]
    var sources: [(name: String, source: Source)] = []
    var destinations: [String: Destination] = [:]
    var redirects = false

    struct Source {
        var who: [WhoTest] = []
        var when: [WhenTest] = []
        /// Where nothing here can tell its clients.
        var isUnknown = false
    }

    struct Destination {
        var what: WhatSet
        var when: [WhenTest] = []
        /// Its lists of URLs, which do not mean quite the same.
        var urls: [ImportPlace] = []
    }

    init(_ files: Files, _ report: ImportReport, lists: String?) {
        self.files = files
        self.report = report
        listFolder = lists
    }

    /// nil, and errors, where the configuration is broken.
    func read(_ path: String) -> AccessPlan? {
        guard let lines = ImportText.lines(path, files, report), let nodes = SquidGuardTree.read(lines, report) else { return nil }
        var reader = self
        // Times, clients and destinations may be named before they stand in the file.
        for node in nodes where node.children == nil { reader.setting(node) }
        for node in nodes where node.words.first == "time" { reader.time(node) }
        for node in nodes where node.children != nil { reader.block(node) }
        let access = nodes.filter { $0.words.first == "acl" && $0.children != nil }
        guard let first = access.first else {
            report.error(ImportPlace(file: path, line: 1), "there is no acl block: this is not squidGuard's configuration")
            return nil
        }
        reader.access(SquidGuardTree.Node(words: first.words, place: first.place, children: access.flatMap { $0.children ?? [] }))
        return reader.plan
    }

    private mutating func setting(_ node: SquidGuardTree.Node) {
        switch node.words.first {
        case "dbhome":
            home = node.words.dropFirst().first ?? home
            report.mapped(node.place, listFolder.map { "lists are looked for in \($0)" } ?? "lists stay in \(home)")
        case "logdir", "syslog": report.ignored(node.place, "every request is recorded: see Visits")
        default: report.ignored(node.place, "a setting of squidGuard's own")
        }
    }

    private mutating func block(_ node: SquidGuardTree.Node) {
        switch node.words.first {
        case "src", "source": source(node)
        case "dest", "destination": destination(node)
        case "rew", "rewrite": rewrite(node)
        case "time", "acl": return
        default: report.error(node.place, "\"\(node.words.first ?? "")\" is no block of squidGuard's: time, src, dest, rew or acl")
        }
    }

    /// `within NAME` or `outside NAME` behind a block's name.
    mutating func when(_ words: some Collection<String>, _ place: ImportPlace) -> [WhenTest]? {
        let words = Array(words)
        guard let key = words.first else { return [] }
        guard words.count == 2, key == "within" || key == "outside" else {
            report.error(place, "\"\(words.joined(separator: " "))\" is neither \"within\" nor \"outside\" and a time's name")
            return nil
        }
        guard let schedule = schedules[words[1]] else {
            report.error(place, "there is no time \"\(words[1])\"\(NearestName.offer(words[1], among: schedules.keys))")
            return nil
        }
        return [WhenTest(schedule: schedule, isNegated: key == "outside")]
    }

    private func rewrite(_ node: SquidGuardTree.Node) {
        report.unmapped(node.place, "URLs are not rewritten; \"safe-search: on\" in a group does what rules for search engines are for")
        for child in node.children ?? [] { report.unmapped(child.place, "a rewrite: URLs are not rewritten") }
    }
}

// MARK: - Clients

extension SquidGuardImport {
    private mutating func source(_ node: SquidGuardTree.Node) {
        guard node.words.count >= 2 else { return report.error(node.place, "src needs a name") }
        var source = Source()
        source.when = when(node.words.dropFirst(2), node.place) ?? []
        var addresses = AddressRanges()
        var users: Set<String> = []
        var has = (addresses: false, users: false)
        for child in node.statements(SquidGuardKeys.source, report) {
            switch child.words.first {
            case "ip":
                has.addresses = true
                add(addresses: child.words.dropFirst().joined(separator: " "), to: &addresses, child.place)
                report.mapped(child.place, "addresses of group \(node.words[1])")
            case "iplist":
                has.addresses = true
                for line in list(child) { add(addresses: line.text, to: &addresses, line) }
                report.mapped(child.place, "addresses of group \(node.words[1])")
            case "user":
                has.users = true
                for element in child.elements { add(element.name, to: &users, child.place) }
                report.mapped(child.place, "users of group \(node.words[1])")
            case "userlist":
                has.users = true
                for line in list(child) {
                    // A line of a file of passwords, or names.
                    let name = line.text.prefix { $0 != ":" }
                    let names = name.endIndex < line.text.endIndex ? [name] : line.text.split { $0.isWhitespace || $0 == "," }
                    for name in names { add(String(name), to: &users, line) }
                }
                report.mapped(child.place, "users of group \(node.words[1])")
            case "within", "outside":
                // The last one holds.
                source.when = when(child.words, child.place) ?? []
                report.mapped(child.place, "the group's rules hold \(child.words[0]) \(child.words.dropFirst().joined())")
            case "log", "logfile": report.ignored(child.place, "every request is recorded: see Visits")
            default:
                source.isUnknown = true
                report.unmapped(
                    child.place,
                    "clients cannot be told by \(child.words.first ?? ""): group \(node.words[1]) is left out, its clients get the next that fits"
                )
            }
        }
        if has.users, has.addresses || sources.contains(where: { !$0.source.who.isEmpty }) {
            report.differs(
                node.place, nil, "users are known by name before their address is looked at: they are in this group wherever they are")
        }
        if has.addresses { source.who.append(WhoTest(who: plan.addAddresses(node.words[1], addresses))) }
        if has.users {
            let name = has.addresses ? node.words[1] + "-users" : node.words[1]
            source.who.append(WhoTest(who: plan.addUsers(name, users)))
        }
        sources.append((node.words[1], source))
        report.mapped(node.place, source.isUnknown ? "nothing" : "group \(node.words[1])")
    }

    private func add(_ word: String, to users: inout Set<String>, _ place: ImportPlace) {
        if ImportText.isUser(word) { users.insert(word) } else { report.unmapped(place, "\"\(word)\" is no user's name") }
    }

    private func add(addresses written: String, to addresses: inout AddressRanges, _ place: ImportPlace) {
        for word in SquidGuardAddresses.words(written) {
            guard let found = ImportText.addresses(word) else {
                report.error(place, "\"\(word)\" is no address, block or range")
                continue
            }
            addresses.formUnion(found)
        }
    }

    /// The lines of a named file of clients; the file must be given.
    private func list(_ node: SquidGuardTree.Node) -> [ImportPlace] {
        guard let name = node.words.dropFirst().first else {
            report.error(node.place, "\(node.words.first ?? "") needs a file's name")
            return []
        }
        let lines = ImportText.lines(ImportText.path(name, in: home), files, report, from: node.place) ?? []
        return lines.compactMap { line in
            let text = line.text.prefix { $0 != "#" }.trimmingBlanks
            return text.isEmpty ? nil : ImportPlace(file: line.file, line: line.line, text: text)
        }
    }
}

// MARK: - Destinations

extension SquidGuardImport {
    private mutating func destination(_ node: SquidGuardTree.Node) {
        guard node.words.count >= 2 else { return report.error(node.place, "dest needs a name") }
        let name = plan.name(node.words[1], .category)
        var sources = CategorySources()
        var redirects = false
        var urls: [ImportPlace] = []
        var times = when(node.words.dropFirst(2), node.place) ?? []
        for child in node.statements(SquidGuardKeys.destination, report) {
            let file = child.words.last ?? ""
            switch child.words.first {
            case "domainlist":
                let isNamedOtherwise = ["urls", "expressions"].contains(file.split(separator: "/").last)
                sources.lists.append(list("\(node.words[1])-domains", file, isNamedOtherwise ? "domains" : "squidguard", child.place))
            case "urllist":
                urls.append(child.place)
                sources.lists.append(list("\(node.words[1])-urls", file, "urls", child.place))
                report.differs(
                    child.place, nil,
                    "entries end at a part of the path (/ads is not /adsense) and hold for subdomains: squidGuard compares beginnings of text"
                )
            case "expressionlist": sources.lists.append(list("\(node.words[1])-expressions", file, "posix-expressions", child.place))
            case "within", "outside":
                // The last one holds; outside its time squidGuard passes over the destination.
                times = when(child.words, child.place) ?? []
                report.mapped(child.place, "rules for \(name) hold \(child.words[0]) \(child.words.dropFirst().joined())")
            case "redirect":
                redirects = true
                report.differs(child.place, "Weir's own block page", "nobody is sent elsewhere: the block page names the rule")
            case "log", "logfile": report.ignored(child.place, "every request is recorded: see Visits")
            case "rewrite": report.unmapped(child.place, "URLs are not rewritten")
            default: report.unmapped(child.place, "\(child.words.first ?? "") is not known here")
            }
        }
        if redirects { self.redirects = true }
        plan.categories.append(
            ImportedCategory(name: name, title: node.words[1] == name ? nil : node.words[1], includes: sources, place: node.place))
        destinations[node.words[1]] = Destination(what: WhatSet(targets: [name], sources: sources), when: times, urls: urls)
        report.mapped(node.place, "category \(name)")
    }

    private mutating func list(_ label: String, _ file: String, _ format: String, _ place: ImportPlace) -> String {
        let name = plan.name(label, .list)
        let full = ImportText.path(file, in: home)
        let source =
            listFolder.map { ImportText.path(full.hasPrefix(home + "/") ? String(full.dropFirst(home.count + 1)) : full, in: $0) } ?? full
        plan.lists.append(ImportedList(name: name, source: source, format: format, place: place))
        report.mapped(place, "list \(name): \(source)")
        return name
    }
}
