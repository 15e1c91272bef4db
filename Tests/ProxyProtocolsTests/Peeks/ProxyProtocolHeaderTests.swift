import PatternMatching
import Testing

@testable import ProxyProtocols

@Suite struct ProxyProtocolHeaderTests {
    func read(_ input: [UInt8]) -> ProxyProtocolHeader.Step? {
        let results = Cuts.results(input) { lengths in
            for length in lengths {
                let step = input.withUnsafeBytes { ProxyProtocolHeader.read(UnsafeRawBufferPointer(rebasing: $0[0..<length])) }
                if step != .more { return step }
            }
            return .more
        }
        return results.count == 1 ? results.first : nil
    }

    static let signature = latin("\r\n\r\n\u{0}\r\nQUIT\n")

    @Test(arguments: [
        ("PROXY TCP4 192.0.2.1 192.0.2.2 1234 3128\r\n", "192.0.2.1", UInt16(1234)),
        ("PROXY TCP6 2001:db8::1 2001:db8::2 65535 1\r\n", "2001:db8::1", 65_535),
        ("PROXY UNKNOWN\r\n", nil, 0), ("PROXY UNKNOWN ::1 ::1 1 1\r\n", nil, 0),
    ])
    func readsLines(line: String, source: String?, port: UInt16) {
        guard case .header(let header, let length) = read(latin(line + "GET")) else {
            Issue.record("not taken")
            return
        }
        #expect(header.source?.description == source)
        #expect(header.sourcePort == port)
        #expect(length == latin(line).count)
    }

    @Test(arguments: [
        "PROXY TCP4 192.0.2.1 192.0.2.2 1234\r\n", "PROXY TCP4 192.0.2.1 192.0.2.2 1234 65536\r\n", "PROXY TCP4 ::1 ::2 1 2\r\n",
        "PROXY TCP5 1.2.3.4 1.2.3.4 1 2\r\n",
        "PROXY TCP4  192.0.2.1 192.0.2.2 1 2\r\n", "PROXY TCP4 192.0.2.1 192.0.2.2 +1 2\r\n", "PROXY TCP4 192.0.2.1 192.0.2.2 1 2\n",
        "PROXY \n",
        "PROXY TCP4 300.0.2.1 192.0.2.2 1 2\r\n", "PROXY " + String(repeating: "x", count: 120),
    ])
    func refusesOtherLines(line: String) {
        guard case .refuse(let refusal) = read(latin(line)) else {
            Issue.record("not refused")
            return
        }
        #expect(refusal == Refusal(status: 400, code: "bad-proxy-header", detail: refusal.detail))
    }

    @Test func readsBinaryHeaders() {
        let v4: [UInt8] = [192, 0, 2, 1, 192, 0, 2, 2, 4, 210, 12, 56]
        let expected = ProxyProtocolHeader(
            source: IPAddress(v4: 0xc000_0201), sourcePort: 1234, destination: IPAddress(v4: 0xc000_0202), destinationPort: 3128)
        #expect(read(Self.signature + [0x21, 0x11, 0, 12] + v4 + latin("GET")) == .header(expected, length: 28))
        #expect(read(Self.signature + [0x21, 0x11, 0, 15] + v4 + [4, 0, 0]) == .header(expected, length: 31))
        let v6 = [UInt8](repeating: 0, count: 15) + [1] + [UInt8](repeating: 0, count: 15) + [2] + [0, 1, 0, 2]
        let six = ProxyProtocolHeader(
            source: IPAddress(high: 0, low: 1), sourcePort: 1, destination: IPAddress(high: 0, low: 2), destinationPort: 2)
        #expect(read(Self.signature + [0x21, 0x21, 0, 36] + v6) == .header(six, length: 52))
        #expect(read(Self.signature + [0x20, 0x11, 0, 12] + v4) == .header(ProxyProtocolHeader(), length: 28))
        #expect(read(Self.signature + [0x20, 0, 0, 0]) == .header(ProxyProtocolHeader(), length: 16))
        #expect(read(Self.signature + [0x21, 0x31, 0, 2, 1, 2]) == .header(ProxyProtocolHeader(), length: 18))
    }

    @Test(arguments: [
        [UInt8](arrayLiteral: 0x11, 0x11, 0, 12), [0x22, 0x11, 0, 12], [0x21, 0x11, 0x10, 1], [0x21, 0x11, 0, 0],
        [0x21, 0x21, 0, 3, 1, 2, 3],
    ])
    func refusesOtherBinaryHeaders(rest: [UInt8]) {
        guard case .refuse = read(Self.signature + rest) else {
            Issue.record("not refused")
            return
        }
    }

    @Test(arguments: [
        ("GET / HTTP/1.1\r\n", false), ("PROXX", false), ("\r\n\r\nGET", false), ("", true), ("PRO", true), ("\r\n\r\n", true),
        ("PROXY TCP4", true),
    ])
    func waitsOrPasses(input: String, waits: Bool) {
        #expect(read(latin(input)) == (waits ? .more : ProxyProtocolHeader.Step.none))
    }
}
