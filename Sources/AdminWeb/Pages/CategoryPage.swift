import Hummingbird
import PolicyCore
import PolicyFormats
import PolicyStore

/// A category's own entries, and what else it is made of.
enum CategoryPage {
    @Sendable static func show(_ request: AdminRequest) async throws -> Response {
        let name = try request.parameter("name")
        let policy = request.site.policy
        let document = await policy.snapshot.document
        guard let category = document.category(name) else { throw AdminFailure.notFound }
        let groups = document.groups.filter { group in
            group.rules.contains { rule in rule.targets.contains { $0.target == .category(name) } }
        }
        let find = request.query.text("find")
        let entries = Excerpt(category.includes.entries, find: find) { [$0.text] }
        let view: View = [
            "find": find, "long": category.includes.entries.count > 20,
            "more": entries.left > 0 ? request.t("more-left", request.wording.count(entries.left)) : nil, "heading": category.title ?? name,
            "name": name, "note": category.note, "read-only": await policy.status().isReadOnly,
            "entries": entries.shown.map { entry(of: $0, request.t) }, "some": !entries.shown.isEmpty,
            "excepted": category.excepts.entries.prefix(300).map { entry(of: $0, request.t) },
            "some-excepted": !category.excepts.entries.isEmpty,
            "lists": category.includes.lists.map { ["text": $0.text, "link": "/lists/\(Form.encode($0.list))"] as View },
            "some-lists": !category.includes.lists.isEmpty,
            "groups": groups.map { ["name": $0.name, "link": "/groups/\(Form.encode($0.name))"] as View }, "some-groups": !groups.isEmpty,
            "visits": "/visits" + Form.query([("category", name)]),
        ]
        return try await request.page("category", title: category.title ?? name, in: .lists, view)
    }

    private static func entry(of entry: OwnEntry, _ t: Messages) -> View {
        ["key": entry.key.rawValue, "kind": t["entry-\(entry.key.rawValue)"], "text": entry.text, "line": "\(entry.place.line)"]
    }

    /// Adds entries, one a line, or removes one.
    @Sendable static func change(_ request: AdminRequest) async throws -> Response {
        try await change(try request.parameter("name"), request)
    }

    /// The same for a category named in the form, which is made where there is none.
    @Sendable static func add(_ request: AdminRequest) async throws -> Response {
        guard let name = request.form.text("name") else { throw AdminFailure.bad(request.t["name"]) }
        return try await change(name, request)
    }

    private static func change(_ name: String, _ request: AdminRequest) async throws -> Response {
        let form = request.form
        guard let key = OwnEntry.Key(rawValue: form["key"] ?? "sites") else { throw AdminFailure.bad("key") }
        let edits: [PolicyEdit]
        if let removed = form["remove"] {
            edits = [.removeEntry(category: name, key: key, text: removed)]
        } else {
            let lines = (form["entries"] ?? "").split(whereSeparator: \.isNewline).map(\.trimmed).filter { !$0.isEmpty }
            guard !lines.isEmpty else { throw AdminFailure.bad(request.t["entries"]) }
            edits = lines.prefix(1000).map { .addEntry(category: name, key: key, text: $0) }
        }
        let revision = try await PolicyChange.apply(edits, request, note: request.t("note-category", name))
        return Reply.seeOther("/categories/\(Form.encode(name))" + PolicyChange.done("category-saved", revision))
    }
}
