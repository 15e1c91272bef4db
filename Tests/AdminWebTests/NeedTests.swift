import HTTPTypes
import PolicyStore
import Testing

@testable import AdminWeb

@Suite struct NeedTests {
    /// The whole matrix: which of nobody, user, viewer, manager, owner may.
    @Test(arguments: [
        (Need.nothing, [true, true, true, true, true]), (.account, [false, true, true, true, true]),
        (.viewer, [false, false, true, true, true]),
        (.manager, [false, false, false, true, true]), (.owner, [false, false, false, false, true]),
        (.loopback, [false, false, true, true, true]),
    ])
    func matrix(_ need: Need, _ expected: [Bool]) {
        let roles: [Account.Role?] = [nil, .user, .viewer, .manager, .owner]
        #expect(roles.map { need.isMet(by: $0, fromLoopback: false) } == expected)
        let local = roles.map { need.isMet(by: $0, fromLoopback: true) }
        #expect(need == .loopback ? local == [true, true, true, true, true] : local == expected)
    }

    /// Whatever changes something needs at least a manager, but for signing in and out and what is one's own.
    @Test func changesNeedAManager() throws {
        let own: Set = [
            "/setup", "/api/setup", "/sign-in", "/sign-out", "/language", "/settings/password", "/settings/sessions/end",
            "/api/policy/check",
        ]
        for route in Routes.all where route.changes && !own.contains(route.path) {
            #expect(route.need == .manager || route.need == .owner, "\(route.method) \(route.path)")
        }
    }

    @Test func nothingIsRoutedTwice() {
        let all = Routes.all.map { "\($0.method) \($0.path)" }
        #expect(Set(all).count == all.count)
    }

    /// What can be read by anybody is only what is meant to be.
    @Test func openRoutes() {
        let open = Routes.all.filter { $0.need == .nothing && !$0.changes }.map(\.path)
        #expect(Set(open) == ["/static/:name", "/proxy.pac", "/wpad.dat", "/setup", "/sign-in", "/api/openapi.json"])
    }

    @Test func openAPIHasEveryRouteOfTheAPI() throws {
        guard case .object(let document) = OpenAPI.document(Routes.all, version: "1"), case .object(let paths)? = document["paths"] else {
            Issue.record("no paths")
            return
        }
        var ids: Set<String> = []
        for route in Routes.all where route.isAPI && route.path != "/api/openapi.json" {
            let path = route.path.split(separator: "/").map { $0.hasPrefix(":") ? "/{\($0.dropFirst())}" : "/\($0)" }.joined()
            guard case .object(let methods)? = paths[path], case .object(let operation)? = methods[route.method.rawValue.lowercased()],
                case .text(let id)? = operation["operationId"]
            else {
                Issue.record("\(route.method) \(route.path)")
                continue
            }
            #expect(ids.insert(id).inserted)
        }
    }
}

@Suite struct FormTokenTests {
    @Test func matchesItsOwnSessionAlone() {
        let token = FormToken(session: "one")
        #expect(token.text.count == 64)
        #expect(token.matches(token.text))
        #expect(!token.matches(FormToken(session: "two").text))
        #expect(!token.matches(""))
        #expect(!token.matches(String(token.text.dropLast())))
    }
}
