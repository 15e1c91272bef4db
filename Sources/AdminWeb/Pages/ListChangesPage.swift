import Hummingbird
import PolicyStore

/// What the version of a list that waits for confirmation would change; where none waits, what the one that serves changed.
enum ListChangesPage {
    @Sendable static func show(_ request: AdminRequest) async throws -> Response {
        let name = try request.parameter("name")
        let policy = request.site.policy
        let wording = request.wording
        let difference = try await policy.difference(ofList: name)
        let isHeld = await policy.lists().first { $0.name == name }?.versions.contains { $0.role == .held } ?? false
        let view: View = [
            "heading": name, "list": "/lists/\(Form.encode(name))", "held": isHeld, "none": difference == nil, "some": difference != nil,
            "added-count": difference.map { wording.count($0.addedCount) },
            "removed-count": difference.map { wording.count($0.removedCount) },
            "added": difference?.added, "removed": difference?.removed,
            "added-left": left(difference?.addedCount, difference?.added, request),
            "removed-left": left(difference?.removedCount, difference?.removed, request),
        ]
        return try await request.page("list-changes", title: name, in: .lists, view)
    }

    private static func left(_ count: Int?, _ named: [String]?, _ request: AdminRequest) -> String? {
        guard let count, let named, count > named.count else { return nil }
        return request.t("more-left", request.wording.count(count - named.count))
    }
}
