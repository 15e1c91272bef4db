// Filter groups.
extension E2guardianImport {
    /// What a list is for, in the order e2guardian asks: its own ("local") lists first, exceptions, files, grey, banned.
    enum Role: Int, Comparable {
        case localException, localGrey, localBanned, exception, bannedFiles, grey, banned

        static func < (a: Role, b: Role) -> Bool { a.rawValue < b.rawValue }

        var verdict: AccessPlan.Verdict {
            switch self {
            case .localBanned, .bannedFiles, .banned: .block
            default: .allow
            }
        }
    }

    struct Named {
        var role: Role
        var kind: E2guardianList.Kind
        var path: String
        var place: ImportPlace
    }

    mutating func group(_ number: Int, _ file: String) {
        let isEmpty = number != 1 && members[number] == nil
        if isEmpty { report.ignored(ImportPlace(file: file, line: 1, text: "filter group \(number)"), "nobody belongs to it") }
        guard let lines = ImportText.lines(file, files, report) else { return }
        if isEmpty {
            for setting in settings(lines) {
                name(setting)
                report.ignored(setting.place, "nobody belongs to filter group \(number)")
            }
            return
        }
        var mode = 1
        var named: [Named] = []
        for setting in settings(lines) {
            name(setting)
            if setting.key == "groupmode" {
                mode = Int(setting.value) ?? 1
                report.mapped(setting.place, "default of group filter\(number)")
            } else if let list = list(setting) {
                named.append(list)
            } else if !tell(setting) {
                report.ignored(setting.place, "not about who may see what")
            }
        }
        let who = who(number)
        for who in number == 1 ? [[]] : who.map({ [$0] }) {
            add(named, mode, who, ImportPlace(file: file, line: 1, text: "filter group \(number)"))
        }
    }

    /// Remembers the file that a setting names, whatever comes of it.
    private mutating func name(_ setting: Setting) {
        guard setting.key.hasSuffix("list") else { return }
        let path = setting.value.contains("path=") ? self.named(setting.value).path : setting.value
        if let path = resolve(path) { opened.insert(path) }
    }

    private mutating func who(_ number: Int) -> [WhoTest] {
        guard number != 1, let held = members[number] else { return [] }
        var who: [WhoTest] = []
        if !held.users.isEmpty { who.append(WhoTest(who: plan.addUsers("filter\(number)-users", held.users))) }
        if !held.addresses.isEmpty { who.append(WhoTest(who: plan.addAddresses("filter\(number)", held.addresses))) }
        return who
    }

    mutating func add(_ named: [Named], _ mode: Int, _ who: [WhoTest], _ place: ImportPlace) {
        if mode != 1 {
            for list in named { report.ignored(list.place, "groupmode \(mode): lists are not asked") }
        } else {
            for list in named.sorted(by: { $0.role < $1.role }) {
                isForbidding = list.role.verdict == .block
                for found in read(list.path, list.kind, list.place) {
                    let targets = found.targets
                    guard !targets.isEmpty else { continue }
                    plan.lines.append(
                        AccessLine(
                            verdict: list.role.verdict, who: who, what: [WhatTest(what: WhatSet(targets: targets, sources: found.sources))],
                            when: found.when, place: list.place, isExclusive: true))
                }
            }
        }
        plan.lines.append(AccessLine(verdict: mode == 0 ? .block : .allow, who: who, place: place, isExclusive: true))
    }

    /// A setting that names a list of sites, URLs, expressions, extensions or media types.
    func list(_ setting: Setting) -> Named? {
        var (name, path) = (setting.key, setting.value)
        var kind: E2guardianList.Kind?
        if setting.value.contains("path=") {
            let value = self.named(setting.value)
            (name, path) = (value.name, value.path)
            switch setting.key {
            case "sitelist", "ipsitelist": kind = .sites
            case "urllist": kind = .sites
            case "regexpboollist": kind = .expressions
            case "fileextlist": kind = .extensions
            case "mimelist": kind = .mediaTypes
            default: return nil
            }
        } else {
            for (suffix, found) in E2guardianList.suffixes where setting.key.hasSuffix(suffix) {
                kind = found
                name = String(setting.key.dropLast(suffix.count))
                break
            }
        }
        guard let kind, let role = role(name, kind) else { return nil }
        return Named(role: role, kind: kind, path: path, place: setting.place)
    }

    private func role(_ name: String, _ kind: E2guardianList.Kind) -> Role? {
        let isFiles = kind == .extensions || kind == .mediaTypes
        switch name {
        case "localexception": return .localException
        case "localgrey": return .localGrey
        case "localbanned": return .localBanned
        case "exception": return isFiles ? nil : .exception
        case "grey": return .grey
        case "banned", "bannedextension", "bannedmime": return isFiles ? .bannedFiles : .banned
        default: return nil
        }
    }

    /// Says what becomes of settings that bear on pages and have no counterpart.
    func tell(_ setting: Setting) -> Bool {
        let key = setting.key
        let value = setting.value.lowercased()
        let isOff = value == "off" || value == "0" || value.isEmpty
        let isForbidding = key.contains("banned") || named(setting.value).name.contains("banned")
        if key.contains("phrase") || key == "naughtynesslimit" {
            let why = "what pages say is not read: no phrases, no limit"
            if isForbidding || key.hasPrefix("weightedphrase") {
                report.allowsMore(setting.place, why)
            } else {
                report.unmapped(setting.place, why)
            }
        } else if key.contains("search") {
            let why = "words of searches are not judged; \"safe-search: on\" may be what it is for"
            if isForbidding { report.allowsMore(setting.place, why) } else { report.unmapped(setting.place, why) }
        } else if key.contains("regexpreplace") || key.contains("regexpres") || key.contains("header") || key.contains("urlregexp")
            || key.contains("sslreplace")
        {
            report.unmapped(
                setting.place, "URLs, headers and pages are not changed; \"safe-search: on\" and \"youtube:\" may be what it is for")
        } else if ["blockdownloads", "blanketblock", "blanketsslblock", "deepurlanalysis"].contains(key), !isOff {
            report.allowsMore(setting.place, "has no counterpart in a policy")
        } else if ["sslmitm", "bypass"].contains(key), !isOff {
            report.unmapped(setting.place, "has no counterpart in a policy")
        } else if key.hasSuffix("list") {
            let why = "a list that has no part in verdicts here"
            if isForbidding { report.allowsMore(setting.place, why) } else { report.unmapped(setting.place, why) }
        } else {
            return false
        }
        return true
    }
}
