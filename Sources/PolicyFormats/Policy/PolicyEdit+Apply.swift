import PatternMatching
import PolicyCore

extension PolicyEdit {
    /// Makes the change.
    /// - Returns: the whole new text. Whether it is a good policy is for ``PolicyReader`` to say.
    /// - Throws: where the text is not YAML, or is written in a way that this change has no place in.
    public func apply(to text: String) throws(PolicyEditError) -> String {
        let marked = text.withoutByteOrderMark
        guard marked.utf8.count == text.utf8.count else { return "\u{feff}" + (try apply(to: marked)) }
        var policy = try PolicyText(text)
        switch self {
        case .addEntry(let category, let key, let entry):
            try PolicyEdit.checkName(category)
            let path = ["categories", category]
            if policy.hasItem(entry, in: key.rawValue, at: path) { return text }
            try policy.append(try YAMLText.scalar(entry), to: key.rawValue, at: path)
        case .removeEntry(let category, let key, let entry):
            try policy.removeItem(entry, from: key.rawValue, at: ["categories", category])
        case .setClient(let client):
            try PolicyEdit.checkName(client.name)
            try policy.set(client.name, to: try YAMLText.client(client), at: ["clients"])
        case .removeClient(let name): try policy.remove(name, at: ["clients"])
        case .setSchedule(let schedule):
            try PolicyEdit.checkName(schedule.name)
            try policy.set(schedule.name, to: try YAMLText.schedule(schedule), at: ["schedules"])
        case .removeSchedule(let name): try policy.remove(name, at: ["schedules"])
        case .setList(let list):
            try PolicyEdit.checkName(list.name)
            try policy.set(list.name, to: try YAMLText.list(list), at: ["lists"])
        case .removeList(let name): try policy.remove(name, at: ["lists"])
        case .addListToCategory(let category, let list):
            try PolicyEdit.checkName(category)
            let path = ["categories", category]
            if policy.hasItem(list, in: "lists", at: path) { return text }
            try policy.append(try YAMLText.scalar(list), to: "lists", at: path)
        case .removeListFromCategory(let category, let list):
            try policy.removeItem(list, from: "lists", at: ["categories", category])
        }
        return policy.text
    }

    private static func checkName(_ name: String) throws(PolicyEditError) {
        guard DocumentReader.isName(name), !Target.reserved.contains(name) else {
            throw PolicyEditError("\"\(name)\" is no name: small letters, digits and dashes")
        }
    }
}

/// Values as YAML on one line.
enum YAMLText {
    /// Text, quoted where YAML or a reader could take it for something else.
    static func scalar(_ text: String) throws(PolicyEditError) -> String {
        guard !text.isEmpty, !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control || $0 == "\u{feff}" }) else {
            throw PolicyEditError("empty text and control characters cannot be written")
        }
        let isPlain = text.utf8.allSatisfy {
            (0x61...0x7a).contains($0) || (0x41...0x5a).contains($0) || (0x30...0x39).contains($0) || [0x2d, 0x2e, 0x2f, 0x5f].contains($0)
        }
        let word = text.lowercased()
        let isWord = !["on", "off", "yes", "no", "true", "false", "null", "y", "n"].contains(word)
        let startsPlain = text.utf8.first.map { $0 != 0x2d && $0 != 0x2e } ?? false
        if isPlain && isWord && startsPlain { return text }
        if text.contains("\\") || text.contains("\"") {
            return "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
        }
        return "\"\(text)\""
    }

    static func list(_ items: [String]) throws(PolicyEditError) -> String {
        var written: [String] = []
        for item in items { written.append(try scalar(item)) }
        return "[\(written.joined(separator: ", "))]"
    }

    static func mapping(_ fields: [(String, String)]) -> String {
        fields.isEmpty ? "{}" : "{ " + fields.map { "\($0.0): \($0.1)" }.joined(separator: ", ") + " }"
    }

    static func client(_ client: ClientDeclaration) throws(PolicyEditError) -> String {
        var fields: [(String, String)] = []
        if let group = client.group { fields.append(("group", try scalar(group))) }
        if !client.addresses.isEmpty { fields.append(("addresses", try list(client.addresses.map(address)))) }
        if !client.macs.isEmpty { fields.append(("macs", try list(client.macs.map(\.description)))) }
        if !client.users.isEmpty { fields.append(("users", try list(client.users))) }
        if let note = client.note { fields.append(("note", try scalar(note))) }
        return mapping(fields)
    }

    /// A single address without its length.
    private static func address(_ prefix: IPPrefix) -> String { prefix.length == 128 ? prefix.address.description : prefix.description }

    static func list(_ list: ListDeclaration) throws(PolicyEditError) -> String {
        var fields = [("source", try scalar(list.source))]
        if list.format != .auto { fields.append(("format", list.format.rawValue)) }
        if let refresh = list.refreshMinutes { fields.append(("refresh", refresh % 60 == 0 ? "\(refresh / 60)h" : "\(refresh)m")) }
        if list.match != .subdomains { fields.append(("match", list.match.rawValue)) }
        if list.isRequired { fields.append(("required", "on")) }
        if let note = list.note { fields.append(("note", try scalar(note))) }
        if let sha256 = list.sha256 { fields.append(("sha256", try scalar(sha256))) }
        return mapping(fields)
    }

    static func schedule(_ schedule: ScheduleDeclaration) throws(PolicyEditError) -> String {
        var fields: [(String, String)] = []
        if let zone = schedule.timezone { fields.append(("timezone", try scalar(zone))) }
        if !schedule.windows.isEmpty { fields.append(("weekly", "[ \(schedule.windows.map(window).joined(separator: ", ")) ]")) }
        if !schedule.dates.isEmpty { fields.append(("dates", "[\(schedule.dates.map(date).joined(separator: ", "))]")) }
        let except = schedule.exceptSchedules.map(\.name) + schedule.exceptDates.map(date)
        if !except.isEmpty { fields.append(("except", "[\(except.joined(separator: ", "))]")) }
        if let note = schedule.note { fields.append(("note", try scalar(note))) }
        return mapping(fields)
    }

    private static func window(_ window: WeeklyWindow) -> String {
        let days = (0..<7).filter { window.days.contains(weekday: $0) }.map { DaySet.names[$0] }
        var fields: [(String, String)] = days.count == 7 ? [] : [("days", "[\(days.joined(separator: ", "))]")]
        fields.append(("from", "\"\(ScheduleDeclaration.clock(window.from))\""))
        fields.append(("to", "\"\(ScheduleDeclaration.clock(window.to))\""))
        return mapping(fields)
    }

    private static func date(_ pattern: DatePattern) -> String {
        switch pattern {
        case .day(let date): date.description
        case .range(let first, let last): "{ from: \(first), to: \(last) }"
        case .yearly: "\"\(pattern.written)\""
        }
    }
}
