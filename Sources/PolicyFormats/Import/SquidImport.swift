import PatternMatching

/// Reads `squid.conf`: its access lists and the `http_access` lines that use them.
struct SquidImport<Files: ImportFiles> {
    let files: Files
    let report: ImportReport
    let listFolder: String?
    var plan = AccessPlan()
    var lists: [String: SquidACL] = [:]
    /// What each list comes to, once looked at.
    var terms: [String: Term] = [:]
    /// Values of each list that could not be read.
    var unread: [String: [String]] = [:]
    /// What Squid's list finds and the one here does not, by the list's name.
    var missed: [String: String] = [:]
    /// Whether what is read is asked when the reply is there.
    var asksReply = false
    private var access: [(words: [String], place: ImportPlace)] = []
    private var reply: [(words: [String], place: ImportPlace)] = []
    private var included: Set<String> = []

    /// A condition.
    enum Term {
        case who(WhoTest.Who)
        case what(WhatSet)
        case when(String)
        case always
        case never
        /// Nothing here can judge it.
        case unknown(String)
    }

    init(_ files: Files, _ report: ImportReport, lists: String?) {
        self.files = files
        self.report = report
        listFolder = lists
    }

    /// nil, and errors, where the configuration is broken.
    func read(_ path: String) -> AccessPlan? {
        var reader = self
        reader.lists = SquidACL.builtIn
        guard let lines = ImportText.lines(path, files, report) else { return nil }
        reader.read(lines, folder: ImportText.folder(of: path), depth: 0)
        guard !reader.access.isEmpty else {
            report.error(ImportPlace(file: path, line: 1), "there is no http_access line: this is not Squid's configuration")
            return nil
        }
        // What the reply shows is asked after all else and forbids only.
        reader.asksReply = true
        for (words, place) in reader.reply { reader.replyLine(words, place) }
        reader.asksReply = false
        if let last = reader.reply.last, last.words.first == "allow", last.words.dropFirst() != ["all"] {
            report.allowsMore(last.place, "replies that no line allows are forbidden there")
        }
        for (words, place) in reader.access { reader.accessLine(words, place) }
        reader.tellUnused()
        // Squid decides the opposite of its last line.
        let last = reader.access[reader.access.count - 1]
        reader.plan.fallback = last.words.first == "deny" ? .allow : .block
        reader.plan.fallbackPlace = last.place
        return reader.plan
    }

    private mutating func read(_ lines: [ImportPlace], folder: String, depth: Int) {
        var pending: ImportPlace?
        for line in lines {
            var line = line
            if let before = pending { line = ImportPlace(file: before.file, line: before.line, text: before.text + " " + line.text) }
            pending = nil
            if line.text.hasSuffix("\\") {
                line.text = String(line.text.dropLast())
                pending = line
                continue
            }
            let words = SquidACL.words(line.text)
            guard let key = words.first else { continue }
            directive(key, Array(words.dropFirst()), line, folder, depth)
        }
    }

    private mutating func directive(_ key: String, _ words: [String], _ place: ImportPlace, _ folder: String, _ depth: Int) {
        switch key {
        case "acl": define(words, place, folder)
        case "http_access":
            guard words.first == "allow" || words.first == "deny" else {
                return report.error(place, "http_access needs \"allow\" or \"deny\"")
            }
            guard words.count > 1 else { return report.ignored(place, "names no acl: Squid skips it too") }
            access.append((words, place))
        case "http_reply_access": reply.append((words, place))
        case "include": include(words, place, folder, depth)
        case "if", "else", "endif":
            let why = "conditions in the configuration are not judged: both branches were read"
            if key == "if" { report.allowsMore(place, why) } else { report.unmapped(place, why) }
        default:
            if let reason = SquidImport.others[key] {
                if SquidImport.forbids(key, words) { report.allowsMore(place, reason) } else { report.unmapped(place, reason) }
            } else {
                report.ignored(place, "not about who may see what")
            }
        }
    }

    private mutating func include(_ words: [String], _ place: ImportPlace, _ folder: String, _ depth: Int) {
        for word in words {
            let pattern = ImportText.path(word.trimmingQuotes, in: folder)
            let paths = pattern.contains("*") || pattern.contains("?") ? files.matching(pattern) : [pattern]
            report.mapped(place, "\(paths.count) file\(paths.count == 1 ? "" : "s")")
            for path in paths {
                guard depth < 8, included.insert(path).inserted else {
                    report.error(place, "\(path) is included twice, or too deep")
                    continue
                }
                guard let lines = ImportText.lines(path, files, report, from: place) else { continue }
                read(lines, folder: folder, depth: depth + 1)
            }
        }
    }

    private mutating func define(_ words: [String], _ place: ImportPlace, _ folder: String) {
        guard words.count >= 2 else { return report.error(place, "an acl needs a name and a type") }
        let (name, type) = (words[0], words[1])
        if let known = lists[name], known.type != type, !known.isBuiltIn {
            return report.error(place, "acl \"\(name)\" was of type \(known.type) before")
        }
        if lists[name]?.isBuiltIn ?? true { lists[name] = SquidACL(name: name, type: type) }
        lists[name]?.add(Array(words.dropFirst(2)), place, folder: folder)
    }

    /// Lists of which nothing was said so far.
    private func tellUnused() {
        for list in lists.values where !list.isBuiltIn {
            for line in list.lines where !report.knows(line.place) {
                switch terms[list.name] {
                case nil: report.ignored(line.place, "no line that decides names it")
                case .always: report.mapped(line.place, "everybody, everything")
                case .never: report.ignored(line.place, "never matches here")
                default: report.mapped(line.place, "where it is used")
                }
            }
        }
    }

    /// Whether such a directive keeps from users what the lines imported may allow.
    private static func forbids(_ key: String, _ words: [String]) -> Bool {
        switch key {
        case "url_rewrite_program", "redirect_program", "icap_service", "ecap_service", "reply_body_max_size", "request_body_max_size": true
        case "adapted_http_access", "http_access2": words.first == "deny"
        case "ssl_bump": words.first == "terminate"
        default: false
        }
    }

    /// Directives that bear on what users may do and have no counterpart here.
    private static var others: [String: String] {
        [
            "url_rewrite_program": "a rewriter decides: import its configuration too (squidGuard's, for one)",
            "redirect_program": "a rewriter decides: import its configuration too (squidGuard's, for one)",
            "url_rewrite_access": "says when the rewriter is asked: import its configuration too",
            "store_id_program": "there is no cache",
            "external_acl_type": "no program is asked who may do what",
            "auth_param": "sign-in is switched on in Weir's configuration",
            "ssl_bump": "connections are not decrypted", "deny_info": "there is one block page, with the rule's reason",
            "delay_pools": "speed is not limited", "delay_class": "speed is not limited", "delay_access": "speed is not limited",
            "delay_parameters": "speed is not limited", "reply_body_max_size": "sizes are not limited",
            "request_body_max_size": "sizes are not limited", "cache_peer_access": "requests go to their target directly",
            "always_direct": "requests go to their target directly", "never_direct": "requests go to their target directly",
            "adapted_http_access": "there is no adaptation: its lines are not asked",
            "http_access2": "there is no adaptation: its lines are not asked",
            "icap_service": "there is no adaptation", "adaptation_access": "there is no adaptation",
            "ecap_service": "there is no adaptation",
            "request_header_access": "headers are not taken out", "reply_header_access": "headers are not taken out",
            "request_header_add": "headers are not added by a policy", "follow_x_forwarded_for": "clients are known by their own address",
            "tcp_outgoing_address": "the system chooses the address requests go out from",
        ]
    }
}

extension String {
    /// Without double quotes around it.
    var trimmingQuotes: String { count >= 2 && hasPrefix("\"") && hasSuffix("\"") ? String(dropFirst().dropLast()) : self }
}
