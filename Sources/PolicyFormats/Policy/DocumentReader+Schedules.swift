import PolicyCore

extension DocumentReader {
    static let scheduleKeys = ["weekly", "dates", "except", "timezone", "note"]

    func schedule(_ pair: YAMLNode.Pair) -> ScheduleDeclaration {
        var schedule = ScheduleDeclaration(name: pair.key, place: pair.keyPlace)
        guard let values = fields.mapping(pair.value, "schedule \"\(pair.key)\"", keys: DocumentReader.scheduleKeys) else {
            return schedule
        }
        if Quantity.looksLikeDate(pair.key) { fields.sink.error(pair.keyPlace, "a schedule cannot be named like a date") }
        schedule.timezone = values["timezone"].flatMap { zoneName($0.value) }
        schedule.windows = values["weekly"].map { fields.filledList($0.value, "\"weekly\"").compactMap { window($0) } } ?? []
        schedule.dates = values["dates"].map { fields.filledList($0.value, "\"dates\"").compactMap { date($0) } } ?? []
        for node in values["except"].map({ fields.list($0.value) }) ?? [] {
            if case .text(let text) = node.content, !Quantity.looksLikeDate(text) {
                if let name = reference(node, "schedule", among: names.schedules) { schedule.exceptSchedules.append(name) }
            } else if let date = date(node) {
                schedule.exceptDates.append(date)
            }
        }
        schedule.note = values["note"].flatMap { fields.text($0.value, "a note") }
        if values["weekly"] == nil, values["dates"] == nil {
            fields.sink.error(pair.keyPlace, "schedule \"\(pair.key)\" has neither \"weekly\" nor \"dates\": it would never be open")
        }
        return schedule
    }

    private func window(_ node: YAMLNode) -> WeeklyWindow? {
        guard case .mapping = node.content, let values = fields.mapping(node, "a window", keys: ["days", "from", "to"]) else {
            fields.sink.error(node.place, "a window is { days: mon-fri, from: \"21:00\", to: \"07:00\" }, not \(node.kind)")
            return nil
        }
        var isGood = true
        var days = DaySet.all
        if let written = values["days"] {
            days = fields.filledList(written.value, "\"days\"").reduce(into: DaySet()) { $0.formUnion(self.days($1)) }
            isGood = !days.isEmpty
        }
        func minute(_ key: String, _ absent: Int, allows24: Bool) -> Int {
            guard let pair = values[key] else { return absent }
            guard let minute = clock(pair.value, key, allows24: allows24) else {
                isGood = false
                return absent
            }
            return minute
        }
        let from = minute("from", 0, allows24: false)
        let to = minute("to", 1440, allows24: true)
        return isGood ? WeeklyWindow(days: days, from: from, to: to) : nil
    }

    /// `mon`, `mon-fri`, `fri-mon`.
    private func days(_ node: YAMLNode) -> DaySet {
        guard let text = fields.text(node, "a day") else { return [] }
        let ends = text.lowercased().split(separator: "-", omittingEmptySubsequences: false).map { DocumentReader.weekday($0) }
        guard ends.count <= 2, let first = ends.first, let from = first, let last = ends.last, let to = last else {
            let offer = NearestName.offer(text, among: DaySet.names)
            fields.sink.error(node.place, "\"\(text)\" is neither a day nor a range of days (mon, mon-fri)\(offer)")
            return []
        }
        return (0..<7).filter { from <= to ? from <= $0 && $0 <= to : $0 >= from || $0 <= to }
            .reduce(into: DaySet()) { $0.insert(DaySet(weekday: $1)) }
    }

    private static func weekday(_ name: Substring) -> Int? {
        let long = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
        return DaySet.names.firstIndex(of: String(name)) ?? long.firstIndex(of: String(name))
    }

    /// A date, or a range of them.
    private func date(_ node: YAMLNode) -> DatePattern? {
        guard case .mapping = node.content else {
            guard let text = fields.text(node, "a date") else { return nil }
            guard let date = Quantity.date(text) else {
                fields.sink.error(node.place, "\"\(text)\" is no date (2026-07-14, or \"*-07-14\" for every year's)")
                return nil
            }
            return date
        }
        guard let values = fields.mapping(node, "a range of dates", keys: ["from", "to"]) else { return nil }
        guard let from = end("from", values, node), let to = end("to", values, node) else { return nil }
        guard from <= to else {
            fields.sink.error(node.place, "the range ends (\(to)) before it begins (\(from))")
            return nil
        }
        return .range(from, to)
    }

    private func end(_ key: String, _ values: Fields, _ node: YAMLNode) -> CivilDate? {
        guard let pair = values[key] else {
            fields.sink.error(node.place, "a range of dates needs \"\(key)\"")
            return nil
        }
        guard let text = fields.text(pair.value, key) else { return nil }
        guard case .day(let date) = Quantity.date(text) else {
            fields.sink.error(pair.value.place, "\"\(text)\" is no date (2026-07-14)")
            return nil
        }
        return date
    }
}
