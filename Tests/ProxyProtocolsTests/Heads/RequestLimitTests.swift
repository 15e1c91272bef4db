import PatternMatching
import Testing

@testable import ProxyProtocols

/// SECURITY.md F18, F19.
@Suite struct RequestLimitTests {
    static func padded(to size: Int) -> String {
        let start = get("").dropLast(1)
        let lines = (0..<3).map { "X-\($0): " + String(repeating: "a", count: 20_000) + "\r\n" }.joined()
        let rest = size - start.utf8.count - lines.utf8.count - 2
        return start + lines + "X-Rest: " + String(repeating: "b", count: rest - 10) + "\r\n\r\n"
    }

    @Test func takesAHeadOfExactlyTheLimit() {
        #expect(readRequest(Self.padded(to: 65_536)).gist?.length == 65_536)
        #expect(readRequest(Self.padded(to: 65_537)) == .refused(431, "head-too-large"))
    }

    @Test func endlessHeadEnds() {
        #expect(readRequest(get("").dropLast(1) + String(repeating: "X: y\r\n", count: 199)) == .more)
        #expect(readRequest(get("").dropLast(1) + String(repeating: "X: y\r\n", count: 20_000)) == .refused(431, "head-too-large"))
        #expect(readRequest(get("").dropLast(1) + "X: " + String(repeating: "y", count: 200_000)) == .refused(431, "head-too-large"))
    }

    @Test(arguments: [(199, true), (200, false)])
    func countsFields(others: Int, isTaken: Bool) {
        let result = readRequest(get(String(repeating: "X: y\r\n", count: others)))
        #expect(isTaken ? result.gist != nil : result == .refused(431, "head-too-large"))
    }

    @Test(arguments: [(32_768, true), (32_769, false)])
    func measuresFields(size: Int, isTaken: Bool) {
        let result = readRequest(get("X: " + String(repeating: "a", count: size - 3) + "\r\n"))
        #expect(isTaken ? result.gist != nil : result == .refused(431, "head-too-large"))
    }

    @Test(arguments: [(8_000, true), (16_384, true), (16_385, false), (60_000, false), (2_000_000, false)])
    func measuresTargets(size: Int, isTaken: Bool) {
        let target = "http://example.test/" + String(repeating: "a", count: size - 20)
        let result = readRequest("GET \(target) HTTP/1.1\r\n" + hostLine + "\r\n")
        #expect(isTaken ? result.gist?.url == target : result == .refused(414, "target-too-long"))
    }

    @Test func smallLimitsHold() {
        let limits = HeadLimits(headBytes: 300, headFields: 3, fieldBytes: 100, targetBytes: 64)
        #expect(readRequest(get("A: b\r\nC: d\r\n"), limits: limits).gist != nil)
        #expect(readRequest(get("A: b\r\nC: d\r\nE: f\r\n"), limits: limits).status == 431)
        #expect(readRequest(get("A: " + String(repeating: "b", count: 98) + "\r\n"), limits: limits).status == 431)
        #expect(
            readRequest("GET http://example.test/" + String(repeating: "a", count: 45) + " HTTP/1.1\r\n\r\n", limits: limits).status == 414)
    }

    @Test func saysWhatWasRefused() throws {
        let input = latin("POST http://user:secret@example.test/a HTTP/1.1\r\n\r\n")
        var reader = RequestHeadReader()
        guard case .refuse = input.withUnsafeBytes({ reader.read($0) }) else {
            Issue.record("user info was taken")
            return
        }
        let line = input.withUnsafeBytes { reader.refusedLine($0) }
        #expect(line.method == "POST")
        #expect(line.url?.text == "http://example.test/a")
        #expect(line.target.isEmpty)
    }

    @Test(arguments: [
        ("\r\nGET http://example.test/x HTTP/1.1\r\nbad\r\n", "GET", "http://example.test/x", "http://example.test/x", false),
        ("CONNECT example.test:443 HTTP/1.1\r\nContent-Length: 1\r\n\r\n", "CONNECT", "https://example.test/", "example.test:443", false),
        ("GET http://exam", "GET", nil, "http://exam", true), ("CONNECT exam", "CONNECT", nil, "exam", true), ("GE", "", nil, "", false),
        ("\u{16}\u{3}\u{1}", "", nil, "", false), ("", "", nil, "", false), ("GET /x HTTP/1.1\r\n\r\n", "GET", nil, "/x", false),
    ])
    func saysAsMuchAsWasRead(input: String, method: String, url: String?, target: String, isCut: Bool) {
        let bytes = latin(input)
        var reader = RequestHeadReader()
        _ = bytes.withUnsafeBytes { reader.read($0) }
        let line = bytes.withUnsafeBytes { reader.refusedLine($0) }
        #expect(line.method == method)
        #expect(line.url?.text == url)
        #expect(line.target == latin(target))
        #expect(line.isCut == isCut)
    }
}
