import Foundation

/// A browser with a session: sends its cookie, and the token that forms carry.
struct TestBrowser {
    let client: WireClient
    let cookie: String
    let token: String

    struct NotSignedIn: Error { var status: Int }

    static func signIn(_ client: WireClient, user: String, password: String) async throws -> TestBrowser {
        let reply = try await client.request(
            "POST", "/sign-in", fields: [form], body: "user=\(user)&password=\(password.replacing(" ", with: "+"))")
        guard reply.status == 303, let cookie = reply["set-cookie"]?.split(separator: ";").first.map(String.init) else {
            throw NotSignedIn(status: reply.status)
        }
        let page = try await client.request("GET", "/mine", fields: ["Cookie: \(cookie)"])
        let token = page.body.firstMatch(of: /name="csrf" value="([0-9a-f]{64})"/).map { String($0.1) } ?? ""
        return TestBrowser(client: client, cookie: cookie, token: token)
    }

    static let form = "Content-Type: application/x-www-form-urlencoded"

    func get(_ path: String, fields: [String] = []) async throws -> WireReply {
        try await client.request("GET", path, fields: ["Cookie: \(cookie)"] + fields)
    }

    /// - Parameter body: fields of a form, encoded; the token is put before them.
    func post(_ path: String, _ body: String = "", fields: [String] = []) async throws -> WireReply {
        try await client.request("POST", path, fields: ["Cookie: \(cookie)", Self.form] + fields, body: "csrf=\(token)&\(body)")
    }
}
