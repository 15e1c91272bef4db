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
        writer.key("evidence")
        evidence(&writer)
        writer.key("schedule")
        writer.string(schedule)
        writer.key("until")
        writer.string(until)
        writer.key("reason")
        writer.string(reason)
        writer.end("}")
        return writer.text
    }

    private func evidence(_ writer: inout JSONWriter) {
        guard let evidence else { return writer.string(nil) }
        writer.begin("{")
        writer.key("list")
        writer.string(evidence.list)
        writer.key("entry")
        writer.string(evidence.entry)
        writer.key("line")
        writer.number(evidence.line)
        writer.end("}")
    }
}
