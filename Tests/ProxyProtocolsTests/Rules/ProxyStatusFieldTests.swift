import Testing

@testable import ProxyProtocols

/// What an origin may say in Proxy-Status (RFC 9209): anything but in our name.
@Suite struct ProxyStatusFieldTests {
    @Test(arguments: [
        ("cdn.example; error=connection_timeout", nil), ("\"a, weir\"; details=\"weir, b\"", nil), ("weirs", nil), ("a;weir", nil),
        ("", nil),
        ("weir; error=http_request_denied", ""), ("\"weir\"; error=x", ""), ("WEIR", ""), ("\"we\\ir\"", ""), (" weir ;a", ""),
        ("a, weir; error=x, b;details=\"y\"", "a, b;details=\"y\""), ("weir,weir", ""),
        ("a;d=\"\\\"\", weir;x, \"b\"", "a;d=\"\\\"\", \"b\""),
        ("a;d=\"open", ""), ("b\", weir; error=\"", nil), ("b\", weir; error=x", ""),
    ])
    func keepsOthers(value: String, kept: String?) {
        #expect(ProxyStatusField.withoutOurs(latin(value)[...]).map(latinText) == kept)
    }

    @Test func linesEachOnTheirOwn() {
        let fields = "Proxy-Status: weir; error=x\r\nProxy-Status: cdn, \"weir\"\r\nproxy-status: other;a=1\r\nContent-Length: 0\r\n"
        #expect(
            readResponse("HTTP/1.1 200 OK\r\n\(fields)\r\n").forwarded
                == "HTTP/1.1 200 OK\r\nProxy-Status: cdn\r\nproxy-status: other;a=1\r\nContent-Length: 0\r\n\r\n")
    }
}
