import Hummingbird
import PolicyCore
import PolicyStore

/// What holds for the person signed in: their own rules and time, and nobody else's.
enum MyPage {
    @Sendable static func show(_ request: AdminRequest) async throws -> Response {
        let snapshot = await request.site.policy.snapshot
        let user = request.visitor?.user ?? ""
        let identity = snapshot.identify(Asker(user: user))
        let person = PersonView(request, snapshot)
        var view = person.facts(identity)
        view["heading"] = user
        return try await request.page("mine", title: request.t["nav-mine"], in: .mine, view)
    }
}
