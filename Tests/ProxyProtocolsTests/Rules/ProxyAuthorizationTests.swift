import Testing

@testable import ProxyProtocols

/// SECURITY.md X14.
@Suite struct ProxyAuthorizationTests {
    @Test(arguments: [
        ("Basic YTpi", "a", "b"), ("basic YTpi", "a", "b"), ("BASIC   YTpi", "a", "b"), ("Basic YTo=", "a", ""),
        ("Basic YTpiOmM=", "a", "b:c"),
        ("Basic w6Q6w7w=", "\u{e4}", "\u{fc}"), ("Basic YWFhOg==", "aaa", ""),
    ])
    func reads(value: String, user: String, password: String) throws {
        let credentials = try #require(ProxyAuthorization.basic(latin(value)))
        #expect(credentials.user == user)
        #expect(credentials.password == password)
    }

    @Test(arguments: [
        "", "Basic", "Basic ", "BasicYTpi", "Bearer YTpi", "Basic YWI=", "Basic OmI=", "Basic YTpi=", "Basic Y", "Basic YTpi YTpi",
        "Basic =Tpi",
        "Basic Y===", "Basic YTo\u{e9}", "Basic AAAA", "Basic YToA", "Basic /zpi", "Basic ====", "Basic YT=i",
    ])
    func refuses(value: String) {
        #expect(ProxyAuthorization.basic(latin(value)) == nil)
    }

    @Test func takesOneFieldOnly() throws {
        let one = try #require(request(get("Proxy-Authorization: Basic YTpi\r\n")))
        #expect(ProxyAuthorization.basic(of: one)?.user == "a")
        let two = try #require(request(get("Proxy-Authorization: Basic YTpi\r\nProxy-Authorization: Basic YTpi\r\n")))
        #expect(ProxyAuthorization.basic(of: two) == nil)
        #expect(ProxyAuthorization.basic(of: try #require(request(get("")))) == nil)
    }
}
