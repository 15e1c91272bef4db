import PatternMatching
import Testing

@testable import ProxyProtocols

/// SECURITY.md X10 and D1 as far as reading goes.
@Suite struct PipeliningTests {
    /// Reads heads until one is refused or the input ends.
    func readAll(_ input: [UInt8]) -> (paths: [String], refusal: Refusal?) {
        var reader = RequestHeadReader()
        var start = 0
        var paths: [String] = []
        while true {
            switch input.withUnsafeBytes({ reader.read(UnsafeRawBufferPointer(rebasing: $0[start...])) }) {
            case .more: return (paths, nil)
            case .refuse(let refusal): return (paths, refusal)
            case .head(let head, let length):
                start += length
                paths.append(head.url?.pathAndQuery ?? "")
            }
        }
    }

    @Test func readsThemInOrder() {
        let input = (0..<1_000).map { "GET http://a.test/\($0) HTTP/1.1\r\nHost: a.test\r\n\r\n" }.joined()
        let all = readAll(latin(input))
        #expect(all.paths == (0..<1_000).map { "/\($0)" })
        #expect(all.refusal == nil)
    }

    @Test func stopsAtABadOne() {
        let input = (0..<1_000).map { "GET http://a.test/\($0) HTTP/1.1\r\nHost\($0 == 499 ? " " : ""): a.test\r\n\r\n" }.joined()
        let all = readAll(latin(input))
        #expect(all.paths.count == 499)
        #expect(all.refusal == Refusal(status: 400, code: "bad-request", detail: all.refusal?.detail ?? ""))
    }

    /// The state of one head leaves nothing behind for the next.
    @Test func forgetsTheOneBefore() {
        let first = "POST http://a.test/1 HTTP/1.1\r\nHost: a.test\r\nContent-Length: 0\r\nConnection: X-A\r\nX-A: b\r\n\r\n"
        let all = readAll(latin("\r\n\r\n\r\n\r\n" + first + "\r\n\r\n\r\n\r\n" + get("")))
        #expect(all.paths == ["/1", "/"])
    }

    /// A head that comes byte by byte costs its bytes once: read anew each time, this would take minutes.
    @Test(.timeLimit(.minutes(1)))
    func slowHeadsAreLinear() {
        let input = latin(RequestLimitTests.padded(to: 65_536))
        var reader = RequestHeadReader()
        var length = 0
        for count in 1...input.count {
            let step = input.withUnsafeBytes { reader.read(UnsafeRawBufferPointer(rebasing: $0[0..<count])) }
            if case .head(_, let end) = step { length = end }
        }
        #expect(length == input.count)
    }

    @Test func knowsWhetherARequestHasBegun() {
        for (text, hasBegun) in [
            ("", false), ("\r\n", false), ("\r", false), ("\r\n\r", false), ("\r\nG", true), ("GET http://a.test/ HTTP/1.1\r\n", true),
        ] {
            var reader = RequestHeadReader()
            _ = latin(text).withUnsafeBytes { reader.read($0) }
            #expect(reader.hasBegun == hasBegun, "\(text.debugDescription)")
        }
    }
}
