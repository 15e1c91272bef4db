// Filter groups.
extension E2guardianImport {
    /// What a list is for, in the order e2guardian asks: its own ("local") lists first, exceptions, files, grey, banned.
    private enum Role: Int, Comparable {
        case localException, localGrey, localBanned, exception, bannedFiles, grey, banned

        static func < (a: Role, b: Role) -> Bool { a.rawValue < b.rawValue }

        var verdict: AccessPlan.Verdict {
            switch self {
            case .localBanned, .bannedFiles, .banned: .block
            default: .allow
            }
        }
    }

    private struct Named {
        var role: Role
        var kind: E2guardianList.Kind
        var path: String
        var place: ImportPlace
    }

    mutating func group(_ number: Int, _ file: String) {
        if number != 1, members[number] == nil {
            return report.ignored(ImportPlace(file: file, line: 1, text: "filter group \(number)"), "nobody belongs to it")
        }
        guard let lines = ImportText.lines(file, files, report) else { return }
        var mode = 1
        var named: [Named] = []
        for setting in settings(lines) {
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

    private mutating func who(_ number: Int) -> [WhoTest] {
        guard number != 1, let held = members[number] else { return [] }
        var who: [WhoTest] = []
        if !held.users.isEmpty { who.append(WhoTest(who: plan.addUsers("filter\(number)-users", held.users))) }
        if !held.addresses.isEmpty { who.append(WhoTest(who: plan.addAddresses("filter\(number)", held.addresses))) }
        return who
    }

    private mutating func add(_ named: [Named], _ mode: Int, _ who: [WhoTest], _ place: ImportPlace) {
        if mode == 1 {
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
    private func list(_ setting: Setting) -> Named? {
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
    private func tell(_ setting: Setting) -> Bool {
        let key = setting.key
        let value = setting.value.lowercased()
        let isOff = value == "off" || value == "0" || value.isEmpty
        if key.contains("phrase") || key == "naughtynesslimit" {
            report.unmapped(setting.place, "what pages say is not read: no phrases, no limit")
        } else if key.contains("search") {
            report.unmapped(setting.place, "words of searches are not judged; \"safe-search: on\" may be what it is for")
        } else if key.contains("regexpreplace") || key.contains("regexpres") || key.contains("header") || key.contains("urlregexp")
            || key.contains("sslreplace")
        {
            report.unmapped(
                setting.place, "URLs, headers and pages are not changed; \"safe-search: on\" and \"youtube:\" may be what it is for")
        } else if ["blockdownloads", "blanketblock", "blanketsslblock", "bannedsslsitelist", "sslmitm", "deepurlanalysis", "bypass"]
            .contains(key), !isOff
        {
            report.unmapped(setting.place, "has no counterpart in a policy")
        } else if key.hasSuffix("list") {
            let why = "a list that has no part in verdicts here"
            let isForbidding = key.contains("banned") || named(setting.value).name.contains("banned")
            if isForbidding { report.allowsMore(setting.place, why) } else { report.unmapped(setting.place, why) }
        } else {
            return false
        }
        return true
    }
}
