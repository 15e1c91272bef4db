import PolicyCore

extension DocumentReader {
    static let listKeys = ["source", "format", "refresh", "match", "required", "note", "sha256"]
    static let sourceKeys = OwnEntry.Key.allCases.map(\.rawValue) + ["lists"]
    static let categoryKeys = ["title", "note"] + sourceKeys + ["except"]

    func list(_ pair: YAMLNode.Pair) -> ListDeclaration? {
        guard let values = fields.mapping(pair.value, "list \"\(pair.key)\"", keys: DocumentReader.listKeys) else { return nil }
        var list = ListDeclaration(name: pair.key, place: pair.keyPlace, source: "")
        if let source = values["source"] {
            list.source = self.source(source.value) ?? ""
        } else {
            fields.sink.error(pair.keyPlace, "list \"\(pair.key)\" needs a \"source\": a path or an https address")
        }
        if let format = values["format"] { list.format = fields.choice(format.value, "format", ListDeclaration.Format.self) ?? .auto }
        if let refresh = values["refresh"], let text = fields.text(refresh.value, "refresh") {
            list.refreshMinutes = Quantity.minutes(text)
            if (list.refreshMinutes ?? 0) < 1 {
                fields.sink.error(refresh.value.place, "\"\(text)\" is no time between two fetches (24h, 30m)")
            }
        }
        if let match = values["match"] {
            list.match = fields.choice(match.value, "match", ListDeclaration.Match.self) ?? .subdomains
            if ![.domains, .auto].contains(list.format) {
                fields.sink.error(
                    match.keyPlace, "\"match\" says what a bare name in a \"domains\" list covers: this is \"\(list.format.rawValue)\"")
            }
        }
        list.isRequired = values["required"].flatMap { fields.flag($0.value, "required") } ?? false
        list.note = values["note"].flatMap { fields.text($0.value, "a note") }
        list.sha256 = values["sha256"].flatMap { checksum($0.value) }
        return list
    }

    private func checksum(_ node: YAMLNode) -> String? {
        guard let text = fields.text(node, "a SHA-256")?.lowercased() else { return nil }
        let isDigest = text.utf8.count == 64 && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
        if !isDigest { fields.sink.error(node.place, "a SHA-256 is 64 hexadecimal digits, as sha256sum prints them") }
        return isDigest ? text : nil
    }

    private func source(_ node: YAMLNode) -> String? {
        guard let text = fields.text(node, "a source") else { return nil }
        if let colon = text.firstRange(of: "://") {
            let scheme = text[..<colon.lowerBound].lowercased()
            guard scheme == "https" || scheme == "http", colon.upperBound < text.endIndex else {
                fields.sink.error(node.place, "a source is a path or an https address, not \"\(text)\"")
                return nil
            }
        }
        return text
    }

    mutating func category(_ pair: YAMLNode.Pair) -> CategoryDeclaration {
        var category = CategoryDeclaration(name: pair.key, place: pair.keyPlace)
        guard let values = fields.mapping(pair.value, "category \"\(pair.key)\"", keys: DocumentReader.categoryKeys) else {
            return category
        }
        category.title = values["title"].flatMap { fields.text($0.value, "a title") }
        category.note = values["note"].flatMap { fields.text($0.value, "a note") }
        category.includes = sources(values)
        if let except = values["except"] {
            if let values = fields.mapping(except.value, "the exceptions of \"\(pair.key)\"", keys: DocumentReader.sourceKeys) {
                category.excepts = sources(values)
            }
        }
        return category
    }

    private mutating func sources(_ values: Fields) -> EntrySources {
        var sources = EntrySources()
        for key in OwnEntry.Key.allCases {
            for node in values[key.rawValue].map({ fields.list($0.value) }) ?? [] {
                guard let text = fields.text(node, "an entry") else { continue }
                let entry = OwnEntry(key: key, text: text, place: node.place)
                if let problem = entries.problem(entry) {
                    fields.sink.error(node.place, problem)
                } else {
                    sources.entries.append(entry)
                }
            }
        }
        sources.lists = (values["lists"].map { fields.list($0.value) } ?? []).compactMap { listReference($0) }
        return sources
    }

    private func listReference(_ node: YAMLNode) -> ListReference? {
        guard let text = fields.text(node, "a list") else { return nil }
        let name = String(text.prefix { $0 != "/" })
        let member = text.count > name.count ? String(text.dropFirst(name.count + 1)) : ""
        guard names.lists.contains(name) else {
            fields.sink.error(node.place, "there is no list \"\(name)\"\(NearestName.offer(name, among: names.lists))")
            return nil
        }
        if text.count > name.count {
            let parts = member.split(separator: "/", omittingEmptySubsequences: false)
            if parts.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." }) {
                fields.sink.error(node.place, "\"\(text)\": \"\(member)\" is no member's name")
                return nil
            }
            if let format = names.listFormats[name], !format.mayHaveMembers {
                fields.sink.error(node.place, "\"\(text)\": a list of format \"\(format.rawValue)\" has no members")
                return nil
            }
        }
        return ListReference(list: name, member: member, place: node.place)
    }
}
