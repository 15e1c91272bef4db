// A folder of lists without e2guardian's own files, and files nobody names.
extension E2guardianImport {
    /// Reads a folder's lists by the names e2guardian gives them, as those of filter group 1, which is everybody's.
    ///
    /// Its names are told like lines: the folder stands for the filter group's file that is not there.
    /// - Returns: false, and an error, where no list is in it.
    mutating func lists(_ path: String) -> Bool {
        let root = folder
        var names: [String] = []
        for candidate in [root, root + "/lists"] where names.isEmpty {
            folder = candidate
            names = files.matching(candidate + "/*").map(E2guardianImport.name)
            names = names.contains(where: isOwn) ? names.filter { files.bytes(candidate + "/" + $0) != nil || isTwice($0, names) } : []
        }
        guard !names.isEmpty else {
            report.error(
                ImportPlace(file: path, line: 1),
                "there is neither e2guardianf1.conf nor a list with one of e2guardian's names (bannedsitelist, exceptionurllist, …) in it: "
                    + "give e2guardian's directory, or the folder its lists are in")
            return false
        }
        for (name, next) in zip(names.sorted(), names.sorted().dropFirst()) where name == next {
            report.error(ImportPlace(file: path, line: 1), "\(name) is there twice: give one folder of lists")
            return false
        }
        let group = ImportPlace(file: folder, line: 1, text: "filter group 1")
        report.differs(
            group, "its lists hold for everybody", "there is no e2guardianf1.conf: the files are taken for what their names say")
        var lists: [Named] = []
        for (index, name) in names.enumerated() {
            let place = ImportPlace(file: folder, line: index + 2, text: name)
            let setting = Setting(key: name, value: name, place: place)
            switch name {
            case "bannediplist": clients(name, "banned-clients", .block, place)
            case "exceptioniplist": clients(name, "exception-clients", .allow, place)
            default:
                if let list = list(setting) {
                    lists.append(list)
                } else if !name.hasSuffix("list") || !tell(setting) {
                    report.ignored(place, "by its name no list that filter group 1 asks: included by others, or not used")
                }
            }
        }
        add(lists, 1, [], group)
        plan.fallback = .allow
        return true
    }

    private func isTwice(_ name: String, _ names: [String]) -> Bool { names.count { $0 == name } > 1 }

    /// Whether a list of this name decides something here.
    private func isOwn(_ name: String) -> Bool {
        let isClients = name == "bannediplist" || name == "exceptioniplist"
        return isClients || list(Setting(key: name, value: name, place: ImportPlace(file: folder, line: 1))) != nil
    }

    /// Says of lists in the directory that nothing names that they are not in the policy.
    func tellUnnamed() {
        for file in files.matching(folder + "/lists/*") where !isOpened(file) && files.bytes(file) != nil {
            let name = E2guardianImport.name(file)
            let place = ImportPlace(file: file, line: 1, text: name)
            if !report.knows(place) { report.ignored(place, "no filter group names this file") }
        }
        for file in files.matching(folder + "/*.story").sorted() {
            report.unmapped(ImportPlace(file: file, line: 1, text: "storyboard"), "not read: lists are asked in e2guardian's own order")
        }
    }

    /// Files that were sent may lie in folders of any name.
    private func isOpened(_ file: String) -> Bool {
        if file.hasPrefix(folder + "/") { return opened.contains(file) }
        let name = E2guardianImport.name(file)
        return name.hasSuffix(".conf") || name.hasSuffix(".story") || opened.contains { E2guardianImport.name($0) == name }
    }

    private static func name(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }
}
