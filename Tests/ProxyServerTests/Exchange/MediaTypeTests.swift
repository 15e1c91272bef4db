import ProxyProtocols
import Testing

@testable import ProxyServer

@Suite("The media type of a reply")
struct MediaTypeTests {
    @Test(
        "Lower case, without parameters; nothing where there is none",
        arguments: [
            ("text/html", "text/html"), ("Text/HTML; charset=utf-8", "text/html"), ("video/mp4;x=y", "video/mp4"), ("nonsense", nil),
            ("", nil),
            ("a/" + String(repeating: "b", count: 200), nil), ("image/\u{e9}", "image/"),
        ] as [(String, String?)])
    func type(field: String, expected: String?) throws {
        var reader = ResponseHeadReader(context: ResponseContext())
        let bytes = Array("HTTP/1.1 200 OK\r\nContent-Type: \(field)\r\nContent-Length: 0\r\n\r\n".utf8)
        guard case .head(let head, _) = bytes.withUnsafeBytes({ reader.read($0) }) else { throw Fault("no head") }
        #expect(MediaType.of(head) == expected)
    }
}
