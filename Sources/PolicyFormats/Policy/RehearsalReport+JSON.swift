public import PolicyCore

extension RehearsalReport {
    /// One JSON object: the answer of `weir policy rehearse --format json` and of the API. Times are RFC 3339 in UTC.
    /// - Parameters:
    ///   - from: the span asked for, up to and without `to`.
    ///   - missingLists: lists the draft lacks.
    public func json(from: Instant, to: Instant, missingLists: [String]) -> String {
        var writer = JSONWriter()
        writer.begin("{")
        writer.field("from", from.utc)
        writer.field("to", to.utc)
        writer.field("baseline", baseline.rawValue)
        for (key, value) in counts { writer.field(key, value) }
        writer.key("changes")
        writer.counts(changes)
        writer.key("missingLists")
        writer.begin("[")
        for list in missingLists { writer.string(list) }
        writer.end("]")
        for (key, rows) in tables {
            writer.key(key)
            writer.begin("[")
            for row in rows { writer.counts(row.counts, name: row.name) }
            writer.end("]")
        }
        writer.key("examples")
        writer.begin("[")
        for example in examples { writer.example(example) }
        writer.end("]")
        writer.end("}")
        return writer.text
    }

    private var counts: [(StaticString, Int)] {
        [
            ("judged", judged), ("unchanged", unchanged), ("notJudged", notJudged), ("byAnotherRule", byAnotherRule),
            ("alreadyToday", alreadyToday), ("drifted", drifted), ("tunnels", tunnels), ("pathsUnknown", pathsUnknown),
            ("pathsCut", pathsCut), ("undecided", undecided),
        ]
    }

    private var tables: [(StaticString, [Row])] {
        [("clients", byClient), ("groups", byGroup), ("sites", bySite), ("categories", byCategory), ("rules", byRule)]
    }
}

extension Instant {
    fileprivate var utc: String { rfc3339(in: .utc, fraction: true).replacing("+00:00", with: "Z") }
}

extension JSONWriter {
    mutating func field(_ name: StaticString, _ text: String?) {
        key(name)
        string(text)
    }

    mutating func field(_ name: StaticString, _ value: Int) {
        key(name)
        number(value)
    }

    fileprivate mutating func counts(_ counts: RehearsalReport.Counts, name: String? = nil) {
        begin("{")
        if let name { field("name", name) }
        field("blocked", counts.blocked)
        field("allowed", counts.allowed)
        field("warned", counts.warned)
        end("}")
    }

    fileprivate mutating func example(_ example: RehearsalReport.Example) {
        begin("{")
        field("visit", example.visit)
        field("time", example.time.utc)
        field("client", example.client)
        field("address", example.address)
        field("user", example.user)
        field("method", example.method)
        field("url", example.url)
        field("change", example.change.rawValue)
        field("before", example.before.rawValue)
        field("beforeRule", example.beforeRule)
        field("after", example.after.rawValue)
        field("afterRule", example.afterRule)
        end("}")
    }
}
