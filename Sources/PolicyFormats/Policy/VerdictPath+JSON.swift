public import PolicyCore

extension VerdictPath {
    /// The fields of `weir explain --json`, then the whole path: `url`, `sent`, `method`, `at`, `revision`, `recognition`, `memberships`,
    /// `trace`, `unreached`, `budgets`, `notes`.
    /// - Parameters:
    ///   - revision: of the policy asked; nil for the file's.
    ///   - notes: what the answer cannot know, in words.
    public func json(revision: Int64?, notes: [String]) -> String {
        var writer = JSONWriter()
        writer.begin("{")
        explanation.fields(&writer)
        writer.field("url", url)
        writer.field("sent", sent)
        writer.field("method", method)
        writer.field("at", at)
        writer.key("revision")
        if let revision { writer.number(Int(revision)) } else { writer.string(nil) }
        writer.list("recognition", recognition) { step, writer in
            writer.field("by", step.by.rawValue)
            writer.field("given", step.given)
            writer.field("found", step.found)
            writer.field("entry", step.entry)
            writer.flag("settlesClient", step.settlesClient)
            writer.flag("settlesGroup", step.settlesGroup)
        }
        writer.list("memberships", memberships) { membership, writer in
            writer.field("category", membership.category)
            writer.field("title", membership.title)
            Explanation.evidence(membership.evidence, &writer)
        }
        writer.list("trace", steps) { step, writer in
            writer.field("rule", step.rule)
            writer.field("sentence", step.sentence)
            writer.field("result", step.result.rawValue)
            writer.field("why", step.why)
            writer.field("detail", step.detail)
            writer.field("next", step.next)
            writer.field("verdict", step.verdict?.rawValue)
        }
        writer.list("unreached", unreached) { rule, writer in
            writer.field("rule", rule.rule)
            writer.field("sentence", rule.sentence)
        }
        writer.list("budgets", budgets) { budget, writer in
            writer.field("rule", budget.rule)
            writer.field("title", budget.title)
            writer.field("used", Int(clamping: budget.used))
            writer.field("limit", Int(clamping: budget.limit))
            writer.field("unit", budget.unit)
            writer.field("resets", budget.resets)
        }
        writer.key("notes")
        writer.begin("[")
        for note in notes { writer.string(note) }
        writer.end("]")
        writer.end("}")
        return writer.text
    }
}

extension JSONWriter {
    fileprivate mutating func flag(_ name: StaticString, _ flag: Bool) {
        key(name)
        value(.bool(flag))
    }

    fileprivate mutating func list<Item>(_ name: StaticString, _ items: [Item], _ write: (Item, inout JSONWriter) -> Void) {
        key(name)
        begin("[")
        for item in items {
            begin("{")
            write(item, &self)
            end("}")
        }
        end("]")
    }
}
