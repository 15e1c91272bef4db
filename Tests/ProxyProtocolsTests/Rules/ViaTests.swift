import Testing

@testable import ProxyProtocols

/// SECURITY.md X12.
@Suite struct ViaTests {
    @Test(arguments: [
        ("1.1 weir-1", true), ("1.0 a, 1.1 weir-1", true), ("HTTP/1.1 WEIR-1 (Weir)", true), ("1.1 a (x, 1.1 weir-1)", false),
        ("1.1 weir-10", false), ("weir-1", false), ("1.1", false), ("", false), (",,", false), ("1.1 a (1.1 weir-1)", false),
        ("1.1\tweir-1", true),
    ])
    func findsItself(value: String, isThere: Bool) throws {
        let head = try #require(request(get("Via: 1.1 x\r\nVia: \(value)\r\n")))
        #expect(Via.contains("weir-1", in: head) == isThere)
    }
}
