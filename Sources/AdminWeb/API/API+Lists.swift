import Hummingbird
import PolicyCore
import PolicyFormats
import PolicyStore

extension API {
    static let lists: [AdminRoute] = [
        AdminRoute(
            .get, "/api/lists", .viewer, operation: Operation(summary: "Every list and how it fares", tag: "lists", answer: "`lists`")
        ) { request in
            try Reply.json(["lists": await request.site.policy.lists().map(ListAnswer.init)])
        },
        AdminRoute(
            .post, "/api/lists", .manager,
            operation: Operation(
                summary: "Subscribe to a list", tag: "lists",
                body: [
                    .init("name", "Its name", required: true), .init("source", "Address", required: true),
                    .init("format", "auto where absent"),
                    .init("category", "That takes its entries"),
                ],
                answer: "Nothing more", status: 201)
        ) { request in
            let wanted = try request.decoded(ListWanted.self)
            guard let format = ListDeclaration.Format(rawValue: wanted.format ?? "auto") else { throw AdminFailure.bad("format") }
            _ = try await request.site.policy.addList(
                wanted.name, source: wanted.source, format: format, category: wanted.category, author: request.author)
            return try Reply.json(["name": wanted.name], status: .created)
        },
        AdminRoute(
            .post, "/api/lists/:name/refresh", .manager,
            operation: Operation(summary: "Fetch a list now", tag: "lists", answer: "Nothing more", status: 202)
        ) { request in
            let name = try request.parameter("name")
            try await ListPage.start(name, request)
            return try Reply.json(["refreshing": name], status: .accepted)
        },
        AdminRoute(
            .put, "/api/lists/:name/content", .manager, bodyLimit: AdminRoute.largestBody,
            operation: Operation(
                summary: "Upload a list: the body is the file", tag: "lists",
                query: [.init("format", "auto where absent"), .init("category", "That takes its entries")], answer: "Nothing more",
                status: 201)
        ) { request in
            let name = try request.parameter("name")
            guard let format = ListDeclaration.Format(rawValue: request.query.text("format") ?? "auto") else {
                throw AdminFailure.bad("format")
            }
            _ = try await request.site.policy.upload(
                name, request.body, format: format, category: request.query.text("category"), author: request.author)
            return try Reply.json(["name": name], status: .created)
        },
        AdminRoute(
            .post, "/api/lists/:name/confirm", .manager,
            operation: Operation(summary: "Take a version that is held", tag: "lists", answer: "The list")
        ) { request in
            try Reply.json(ListAnswer(try await request.site.policy.confirm(try request.parameter("name"), author: request.author)))
        },
        AdminRoute(
            .post, "/api/lists/:name/rollback", .manager,
            operation: Operation(
                summary: "Let an older version serve again, or undo that", tag: "lists",
                body: [
                    .init("version", "Its id; the one that served last before where absent"),
                    .init("undo", "true: the version that was gone back from"),
                ], answer: "The list")
        ) { request in
            let wanted = request.body.isEmpty ? RollbackWanted() : try request.decoded(RollbackWanted.self)
            let (policy, name) = (request.site.policy, try request.parameter("name"))
            let list =
                wanted.undo == true
                ? try await policy.undoRollback(ofList: name, author: request.author)
                : try await policy.rollBack(list: name, to: wanted.version, author: request.author)
            return try Reply.json(ListAnswer(list))
        },
        AdminRoute(
            .get, "/api/lists/:name/difference", .viewer,
            operation: Operation(
                summary: "What the version that waits would change; else what the serving one changed", tag: "lists",
                answer: "addedCount, removedCount, added, removed (at most 500 each); `null` where there is one version only")
        ) { request in
            try Reply.json(try await request.site.policy.difference(ofList: try request.parameter("name")))
        },
        AdminRoute(
            .get, "/api/lists/:name/rejected", .viewer,
            operation: Operation(
                summary: "Lines that could not be used", tag: "lists",
                answer: "`rejected`: file, line, reason, text; at most 1000; of the version that waits, where one does")
        ) { request in
            try Reply.json(["rejected": try await request.site.policy.rejectedLines(try request.parameter("name"))])
        },
        AdminRoute(
            .get, "/api/overlap", .viewer,
            operation: Operation(
                summary: "What the lists in use have in common; counting may take seconds", tag: "lists", answer: "`parts`, `pairs`")
        ) { request in
            try Reply.json(try await request.site.policy.overlap())
        },
        AdminRoute(
            .get, "/api/find", .viewer,
            operation: Operation(
                summary: "Which lists hold a name", tag: "lists", query: [.init("name", "Host name or URL", required: true)],
                answer: "`found`: list, entry, line, categories")
        ) { request in
            guard let name = request.query.text("name") else { throw AdminFailure.bad("name: missing") }
            return try Reply.json(["found": try await request.site.policy.find(name)])
        },
        AdminRoute(
            .get, "/api/categories", .viewer,
            operation: Operation(summary: "Categories with their own entries", tag: "lists", answer: "`categories`")
        ) { request in
            let document = await request.site.policy.snapshot.document
            return try Reply.json(["categories": document.categories.map(CategoryAnswer.init)])
        },
        AdminRoute(
            .post, "/api/categories/:name/entries", .manager,
            operation: Operation(summary: "Add an own entry", tag: "lists", body: entryFields, answer: "Nothing more")
        ) { request in try await change(request) { .addEntry(category: $0, key: $1, text: $2) } },
        AdminRoute(
            .delete, "/api/categories/:name/entries", .manager,
            operation: Operation(summary: "Remove an own entry", tag: "lists", body: entryFields, answer: "Nothing more")
        ) { request in try await change(request) { .removeEntry(category: $0, key: $1, text: $2) } },
    ]

    private static let entryFields: [Operation.Field] = [
        .init("entry", "As the policy writes it", required: true), .init("key", "sites, urls or expressions; sites where absent"),
    ]

    private struct ListWanted: Decodable {
        var name: String
        var source: String
        var format: String?
        var category: String?
    }

    private struct RollbackWanted: Decodable {
        var version: String?
        var undo: Bool?
    }

    private struct EntryWanted: Decodable {
        var entry: String
        var key: String?
    }

    private struct CategoryAnswer: Encodable {
        var name: String
        var title: String?
        var sites: [String]
        var urls: [String]
        var expressions: [String]
        var lists: [String]

        init(_ category: CategoryDeclaration) {
            let own = { (key: OwnEntry.Key) in category.includes.entries.filter { $0.key == key }.map(\.text) }
            name = category.name
            title = category.title
            sites = own(.sites)
            urls = own(.urls)
            expressions = own(.expressions)
            lists = category.includes.lists.map(\.text)
        }
    }

    private static func change(_ request: AdminRequest, _ edit: (String, OwnEntry.Key, String) -> PolicyEdit) async throws -> Response {
        let name = try request.parameter("name")
        let wanted = try request.decoded(EntryWanted.self)
        guard let key = OwnEntry.Key(rawValue: wanted.key ?? "sites") else { throw AdminFailure.bad("key") }
        _ = try await PolicyChange.apply([edit(name, key, wanted.entry)], request, note: request.t("note-category", name))
        return try Reply.json(["category": name])
    }
}
