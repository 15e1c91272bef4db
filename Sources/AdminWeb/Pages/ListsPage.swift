import Hummingbird
import PolicyCore
import PolicyFormats
import PolicyStore
import Reporting
import VisitStore

/// Every list and how it fares, the categories made of them, and which of them hold a name.
enum ListsPage {
    @Sendable static func show(_ request: AdminRequest) async throws -> Response {
        try await page(request, failure: nil, status: .ok)
    }

    private static func page(_ request: AdminRequest, failure: String?, status: HTTPResponse.Status) async throws -> Response {
        let policy = request.site.policy
        let wording = request.wording
        let document = await policy.snapshot.document
        let lists = await policy.lists()
        let hits = request.hits("list-hits")
        var view: View = [
            "lists": lists.map { list -> View in
                list.view(wording).merging([
                    "hits": wording.count(hits.ofList(list.name).visits),
                    "last-hit": hits.ofList(list.name).lastDay.map(CivilTime.text(ofDay:)),
                ])
            }, "some": !lists.isEmpty, "failure": failure,
            "categories": document.categories.map { category(of: $0, request.t) }, "some-categories": !document.categories.isEmpty,
            "formats": ListDeclaration.Format.allCases.map(\.rawValue), "read-only": await policy.status().isReadOnly,
            "find": request.query["find"], "given-name": request.form["name"], "given-source": request.form["source"],
            "given-category": request.form["category"],
        ]
        if let name = request.query.text("find") {
            let hits = try await policy.find(name)
            view["found"] = hits.map { hit -> View in
                ["list": hit.list, "entry": hit.entry, "line": "\(hit.line)", "categories": hit.categories.joined(separator: ", ")]
            }
            view["some-found"] = !hits.isEmpty
            view["looked"] = true
        }
        return try await request.page("lists", title: request.t["nav-lists"], in: .lists, view, status: status)
    }

    private static func category(of category: CategoryDeclaration, _ t: Messages) -> View {
        [
            "name": category.name, "title": category.title ?? category.name, "link": "/categories/\(Form.encode(category.name))",
            "own": "\(category.includes.entries.count)", "lists": category.includes.lists.map(\.text).joined(separator: ", "),
        ]
    }

    /// A subscription by address, or a file sent along.
    @Sendable static func add(_ request: AdminRequest) async throws -> Response {
        let form = request.form
        let policy = request.site.policy
        guard let name = form.text("name") else { throw AdminFailure.bad(request.t["name"]) }
        guard let format = ListDeclaration.Format(rawValue: form.text("format") ?? "auto") else { throw AdminFailure.bad("format") }
        let before = await PolicyChange.current(policy)
        let category = form.text("category")
        do {
            if let file = request.files.first(where: { $0.field == "file" && !$0.bytes.isEmpty }) {
                _ = try await policy.upload(name, Array(file.bytes), format: format, category: category, author: request.author)
            } else if let source = form.text("source") {
                _ = try await policy.addList(name, source: source, format: format, category: category, author: request.author)
            } else {
                throw AdminFailure.bad(request.t["list-source-missing"])
            }
        } catch let error as PolicyStoreError {
            if case .readOnly = error { throw error }
            return try await page(request, failure: "\(error)", status: .unprocessableContent)
        }
        return Reply.seeOther("/lists/\(Form.encode(name))" + PolicyChange.done("list-added", before))
    }
}

extension ListStatus {
    func view(_ wording: Wording) -> View {
        [
            "name": name, "title": title, "link": "/lists/\(Form.encode(name))", "source": source, "format": format,
            "state": wording.t["list-\(state.rawValue)"], "style": state.rawValue, "entries": wording.count(entries),
            "rejected": rejected > 0 ? wording.count(rejected) : nil, "error": error.map { wording.t.said($0) },
            "last": lastSuccess.map { wording.distance($0) } ?? wording.t["never"], "attempt": lastAttempt.map { wording.moment($0) },
            "next": nextAttempt.map { wording.distance($0) }, "required": required, "warnings": warnings.map { wording.t.said($0) },
            "licence": licence, "hash": hash,
            "held": state == .held, "refreshing": state == .refreshing,
            "every": refreshSeconds.map { wording.duration(seconds: UInt64(max(0, $0))) },
        ]
    }
}
