public import PolicyCore

extension Explanation {
    /// One line of `weir explain --batch`: every field, absent ones null.
    public var json: String { json(id: nil) }

    /// - Parameter id: nil leaves the field out.
    func json(id: JSONValue?) -> String {
        var writer = JSONWriter()
        writer.begin("{")
        if let id {
            writer.key("id")
            writer.value(id)
        }
        fields(&writer)
        writer.end("}")
        return writer.text
    }

    /// Every field of the answer, inside an object that has begun.
    func fields(_ writer: inout JSONWriter) {
        writer.key("verdict")
        writer.string(verdict.rawValue)
        writer.key("rule")
        writer.string(rule)
        writer.key("client")
        writer.string(client)
        writer.key("group")
        writer.string(group)
        writer.key("category")
        writer.string(category)
        writer.key("categories")
        writer.begin("[")
        for category in categories { writer.string(category) }
        writer.end("]")
        Explanation.evidence(evidence, &writer)
        writer.key("schedule")
        writer.string(schedule)
        writer.key("until")
        writer.string(until)
        writer.key("reason")
        writer.string(reason)
        if let restriction { Self.add(restriction, &writer) }
    }

    private static func add(_ restriction: ServiceRestriction, _ writer: inout JSONWriter) {
        func add(_ name: StaticString, _ setting: ServiceRestriction.Setting?) {
            guard let setting else { return }
            writer.key(name)
            writer.begin("{")
            writer.key("name")
            writer.string(setting.name)
            writer.key("value")
            writer.string(setting.value)
            writer.end("}")
        }
        writer.key("restriction")
        writer.begin("{")
        writer.key("setting")
        writer.string(restriction.key.rawValue)
        writer.key("service")
        writer.string(restriction.service)
        if let substitute = restriction.substitute {
            writer.key("substitute")
            writer.string(substitute)
        }
        add("parameter", restriction.parameter)
        add("field", restriction.field)
        writer.end("}")
    }

    static func evidence(_ evidence: Evidence?, _ writer: inout JSONWriter) {
        writer.key("evidence")
        guard let evidence else { return writer.string(nil) }
        writer.begin("{")
        writer.key("list")
        writer.string(evidence.list)
        writer.key("entry")
        writer.string(evidence.entry)
        writer.key("line")
        writer.number(evidence.line)
        if let file = evidence.file {
            writer.key("file")
            writer.string(file)
        }
        writer.end("}")
    }
}
