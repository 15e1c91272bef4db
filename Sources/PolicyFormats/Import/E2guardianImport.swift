import PatternMatching

/// Reads e2guardian's directory: `e2guardian.conf`, the filter groups' files and the lists they name.
struct E2guardianImport<Files: ImportFiles> {
    let files: Files
    let report: ImportReport
    let listFolder: String?
    var plan = AccessPlan()
    var folder = ""
    /// What `.Define LISTDIR` said last.
    var listDirectory = ""
    /// Whether the list being read forbids: what is left out of it is let through.
    var isForbidding = false
    /// Categories of list files read before, by path.
    var known: [String: [TimedSources]] = [:]
    /// Files that some setting names.
    var opened: Set<String> = []

    /// Entries and when they hold.
    struct TimedSources {
        var sources: CategorySources
        var targets: [String] = []
        var when: [WhenTest] = []
    }

    init(_ files: Files, _ report: ImportReport, lists: String?) {
        self.files = files
        self.report = report
        listFolder = lists
    }

    /// nil, and errors, where there is no filter group or one is broken.
    func read(_ path: String) -> AccessPlan? {
        var reader = self
        reader.folder = path.hasSuffix("/") ? String(path.dropLast()) : path
        let groupFiles = files.matching(reader.folder + "/e2guardianf*.conf")
        if groupFiles.isEmpty { return reader.lists(path) ? reader.plan : nil }
        let main = reader.folder + "/e2guardian.conf"
        if let bytes = files.bytes(main), let lines = ImportText.lines(bytes, main, report, ImportPlace(file: main, line: 1)) {
            reader.main(reader.settings(lines))
        }
        let numbered = groupFiles.compactMap { file -> (Int, String)? in
            let name = file.split(separator: "/").last ?? ""
            return Int(name.dropFirst("e2guardianf".count).dropLast(".conf".count)).map { ($0, file) }
        }.sorted { $0.0 < $1.0 }
        // Group 1 is everybody else's: its lines come last.
        for (number, file) in numbered.filter({ $0.0 != 1 }) + numbered.filter({ $0.0 == 1 }) { reader.group(number, file) }
        reader.tellUnnamed()
        reader.plan.fallback = .allow
        return reader.plan
    }

    // MARK: - The main file

    struct Setting {
        var key: String
        var value: String
        var place: ImportPlace
    }

    /// `key = 'value'` lines, those of included files in their place; `.Define LISTDIR <…>` is taken at once.
    mutating func settings(_ lines: [ImportPlace], depth: Int = 0) -> [Setting] {
        var found: [Setting] = []
        for line in lines where !line.text.isEmpty && !line.text.hasPrefix("#") {
            let lower = line.text.lowercased()
            if lower.hasPrefix(".define listdir") {
                listDirectory = line.text.split(separator: "<").last.map { $0.prefix { $0 != ">" }.trimmingBlanks } ?? ""
                report.mapped(line, "lists are looked for in \(listDirectory)")
            } else if lower.hasPrefix(".include<") {
                found += included(line, depth: depth)
            } else if let equals = line.text.firstIndex(of: "=") {
                let value = line.text[line.text.index(after: equals)...].trimmingBlanks
                let isQuoted = value.count >= 2 && value.first == "'"
                let inner = isQuoted ? String(value.dropFirst().prefix { $0 != "'" }) : value
                found.append(Setting(key: line.text[..<equals].trimmingBlanks.lowercased(), value: inner, place: line))
            } else {
                report.unmapped(line, "no setting")
            }
        }
        return found
    }

    private mutating func included(_ line: ImportPlace, depth: Int) -> [Setting] {
        let name = String(line.text.dropFirst(".include<".count).prefix { $0 != ">" })
        guard depth < E2guardianList.deepest, let path = resolve(name), let bytes = files.bytes(path),
            let lines = ImportText.lines(bytes, path, report, line)
        else {
            report.allowsMore(line, "\(name): not in the directory, or too deep: what it sets is not known")
            return []
        }
        opened.insert(path)
        report.mapped(line, "the settings of \(path)")
        return settings(lines, depth: depth + 1)
    }

    /// Who belongs to which group, by its number.
    var members: [Int: (users: Set<String>, addresses: AddressRanges)] = [:]

    private mutating func main(_ settings: [Setting]) {
        for setting in settings {
            let value = setting.value.contains("path=") ? named(setting.value) : (name: setting.key, path: setting.value)
            switch (setting.key, value.name) {
            case ("filtergroupslist", _), ("maplist", "defaultusermap"), ("maplist", "usermap"): groupMembers(value.path, setting.place)
            case ("ipmaplist", _), ("ipgroups", _): groupMembers(value.path, setting.place)
            case ("bannediplist", _), ("iplist", "bannedclient"): clients(value.path, "banned-clients", .block, setting.place)
            case ("exceptioniplist", _), ("iplist", "exceptionclient"): clients(value.path, "exception-clients", .allow, setting.place)
            case ("filtergroups", _): report.mapped(setting.place, "one group for each filter group")
            default: report.ignored(setting.place, "not about who may see what")
            }
        }
        for name in ["ipgroups", "filtergroupslist"] where members.isEmpty {
            if let path = resolve("lists/" + name) ?? resolve("lists/authplugins/" + name) {
                groupMembers(path, ImportPlace(file: path, line: 1))
            }
        }
    }

    /// `name=banned,messageno=500,path=…`
    func named(_ value: String) -> (name: String, path: String) {
        var found = (name: "", path: "")
        for part in value.split(separator: ",") {
            let pair = part.split(separator: "=", maxSplits: 1).map { $0.trimmingBlanks }
            if pair.first == "name" { found.name = pair.count > 1 ? pair[1].lowercased() : "" }
            if pair.first == "path" { found.path = pair.count > 1 ? pair[1] : "" }
        }
        return found
    }

    /// `user=filter2`, `192.168.1.0/24 = filter2`.
    mutating func groupMembers(_ path: String, _ place: ImportPlace) {
        guard let path = resolve(path), let bytes = files.bytes(path), let lines = ImportText.lines(bytes, path, report, place) else {
            return report.allowsMore(place, "\(path): not in the directory: everybody is in filter group 1")
        }
        opened.insert(path)
        for line in lines where !line.text.isEmpty && !line.text.hasPrefix("#") {
            let parts = E2guardianList.withoutComment(line.text).split(separator: "=", maxSplits: 1).map { $0.trimmingBlanks }
            guard parts.count == 2, let group = Int(parts[1].filter(\.isNumber)), parts[1].lowercased().hasPrefix("filter") else {
                report.unmapped(line, "neither a user nor an address and its filter group")
                continue
            }
            var held = members[group] ?? (users: [], addresses: AddressRanges())
            if let addresses = ImportText.addresses(parts[0]) {
                held.addresses.formUnion(addresses)
            } else if ImportText.isUser(parts[0]), !parts[0].allSatisfy({ $0.isNumber || "./-".contains($0) }) {
                held.users.insert(parts[0])
            } else {
                report.allowsMore(line, "neither a user nor an address: in filter group 1 here")
                continue
            }
            members[group] = held
            report.mapped(line, "group filter\(group)")
        }
        report.mapped(place, "members of groups")
    }

    mutating func clients(_ path: String, _ name: String, _ verdict: AccessPlan.Verdict, _ place: ImportPlace) {
        guard let path = resolve(path), let bytes = files.bytes(path), let lines = ImportText.lines(bytes, path, report, place) else {
            let why = "\(path): not in the directory"
            return verdict == .block ? report.allowsMore(place, why) : report.unmapped(place, why)
        }
        opened.insert(path)
        var addresses = AddressRanges()
        for line in lines where !line.text.isEmpty && !line.text.hasPrefix("#") {
            guard let found = ImportText.words(line.text).first.flatMap(ImportText.addresses) else {
                let why = "no address: clients are known by address, MAC address or user name"
                if verdict == .block { report.allowsMore(line, why) } else { report.unmapped(line, why) }
                continue
            }
            addresses.formUnion(found)
            report.mapped(line, "group \(name)")
        }
        guard !addresses.isEmpty else { return report.ignored(place, "the list is empty") }
        let who = WhoTest(who: plan.addAddresses(name, addresses))
        plan.lines.append(AccessLine(verdict: verdict, who: [who], place: place))
    }

    // MARK: - Files

    /// Where a file lies below the directory, whatever folder the configuration was written for; nil where it is not there. Never outside.
    func resolve(_ path: String) -> String? {
        var path = path.replacing("__LISTDIR__", with: listDirectory).replacing("__LANGDIR__", with: "languages")
        if path.hasPrefix(folder + "/") { path = String(path.dropFirst(folder.count + 1)) }
        let parts = path.split(separator: "/").map(String.init)
        guard !parts.isEmpty, parts.count <= 20, !parts.contains("..") else { return nil }
        for start in parts.indices {
            let candidate = folder + "/" + parts[start...].joined(separator: "/")
            if files.bytes(candidate) != nil { return candidate }
        }
        let inLists = folder + "/lists/" + parts[parts.count - 1]
        return files.bytes(inLists) == nil ? nil : inLists
    }
}
