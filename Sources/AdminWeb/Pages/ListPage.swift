import Hummingbird
import Logging
import PolicyCore
import PolicyFormats
import PolicyStore
import Reporting

/// One list: state, members, lines that could not be used.
enum ListPage {
    @Sendable static func show(_ request: AdminRequest) async throws -> Response {
        let name = try request.parameter("name")
        let policy = request.site.policy
        guard let list = await policy.lists().first(where: { $0.name == name }) else { throw AdminFailure.notFound }
        let wording = request.wording
        let rejected = try await policy.rejectedLines(name)
        let document = await policy.snapshot.document
        let users = document.categories.filter { category in
            category.includes.lists.contains { $0.list == name } || category.excepts.lists.contains { $0.list == name }
        }
        let hits = request.hits("list-hits")
        let view = list.view(wording).merging([
            "heading": name, "some-rejected": !rejected.isEmpty,
            "rejected-lines": rejected.prefix(200).map { line -> View in
                [
                    "where": line.file.map { "\($0):\(line.line)" } ?? "\(line.line)", "text": line.text,
                    "reason": wording.t.said(line.reason),
                ]
            },
            "members": list.members.map { member -> View in
                [
                    "name": member.name, "title": member.title, "alias": member.aliasOf, "entries": wording.count(member.entries),
                    "allow": member.isAllowlist, "hits": hits["\(name)/\(member.name)"].map { wording.count($0.visits) },
                    "visits": "/visits" + Form.query([("list", "\(name)/\(member.name)")]),
                ]
            },
            "hits-text": hits.ofList(name).text(wording), "own-visits": "/visits" + Form.query([("list", name)]),
            "some-members": !list.members.isEmpty,
            "versions": list.versions.map { version -> View in
                [
                    "id": version.id, "role": wording.t["version-\(version.role.rawValue)"], "time": wording.moment(version.time),
                    "entries": wording.count(version.entries), "kept": version.role == .kept,
                    "left": version.id == list.rollback?.from,
                ]
            },
            "some-versions": list.versions.count > 1,
            "rolled-back": list.rollback.map { request.t("list-rolled-back-text", wording.moment($0.time), $0.author) },
            "users": users.map { ["name": $0.title ?? $0.name, "link": "/categories/\(Form.encode($0.name))"] as View },
            "some-users": !users.isEmpty,
        ])
        return try await request.page("list", title: name, in: .lists, view)
    }

    @Sendable static func refresh(_ request: AdminRequest) async throws -> Response {
        let name = try request.parameter("name")
        try await start(name, request)
        return Reply.seeOther("/lists/\(Form.encode(name))?done=list-refreshing")
    }

    /// Begins fetching and does not wait for the end, which may be minutes away; what came of it stands on the list's page.
    static func start(_ name: String, _ request: AdminRequest) async throws {
        let policy = request.site.policy
        guard await policy.lists().contains(where: { $0.name == name }) else { throw AdminFailure.notFound }
        try policy.accounts.audit(request.author, "list.refresh", name)
        let logger = request.site.dependencies.logger
        Task {
            do {
                _ = try await policy.refresh(name)
            } catch {
                logger.warning("list \(name): \(error)")
            }
        }
        // Most are quick, and then the page shows the result at once.
        try await Task.sleep(for: .milliseconds(400))
    }

    /// Lets an older version serve again; `undo` for the way back.
    @Sendable static func rollBack(_ request: AdminRequest) async throws -> Response {
        let name = try request.parameter("name")
        let policy = request.site.policy
        let isUndone = request.form.text("undo") != nil
        if isUndone {
            _ = try await policy.undoRollback(ofList: name, author: request.author)
        } else {
            _ = try await policy.rollBack(list: name, to: request.form.text("version"), author: request.author)
        }
        return Reply.seeOther("/lists/\(Form.encode(name))?done=" + (isUndone ? "list-rollback-undone" : "list-rolled-back"))
    }

    /// Takes a version that was held because it differs so much.
    @Sendable static func confirm(_ request: AdminRequest) async throws -> Response {
        let name = try request.parameter("name")
        _ = try await request.site.policy.confirm(name, author: request.author)
        return Reply.seeOther("/lists/\(Form.encode(name))?done=list-confirmed")
    }
}
