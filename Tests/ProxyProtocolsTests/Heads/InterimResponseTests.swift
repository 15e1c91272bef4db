import Testing

@testable import ProxyProtocols

/// SECURITY.md X6, X7.
@Suite struct InterimResponseTests {
    let final = ok("Content-Length: 0\r\n")

    @Test func passesInterimHeads() {
        let early = "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"
        let gist = readResponse("HTTP/1.1 100 Continue\r\n\r\n" + early + final)
        #expect(gist.interims == [100, 103])
        #expect(gist.status == 200)
        #expect(gist.forwarded == "HTTP/1.1 100 Continue\r\n\r\n" + early + final)
        #expect(gist.isReusable)
    }

    @Test func keepsThemFromHTTP10() {
        let context = ResponseContext(version: .v10)
        let gist = readResponse("HTTP/1.1 100 Continue\r\n\r\n" + final, context: context)
        #expect(gist.interims == [100])
        #expect(gist.forwarded == ok("Content-Length: 0\r\nConnection: close\r\n"))
    }

    @Test(arguments: [(16, true), (17, false), (50, false)])
    func endsAStreamOfThem(count: Int, passes: Bool) {
        let gist = readResponse(String(repeating: "HTTP/1.1 100 Continue\r\n\r\n", count: count) + final)
        #expect(passes ? gist.status == 200 : gist.refusal == "502 bad-response")
    }

    @Test func aBodyThatCannotBeTaintsTheConnection() {
        let gist = readResponse("HTTP/1.1 103 Early Hints\r\nContent-Length: 5\r\n\r\n" + final)
        #expect(gist.forwarded == "HTTP/1.1 103 Early Hints\r\n\r\n" + final)
        #expect(!gist.isReusable)
    }

    @Test func switchesWhenAsked() {
        let switching = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n"
        let asked = ResponseContext(upgrade: .websocket)
        let gist = readResponse(switching + "\u{81}\u{5}hello", context: asked)
        #expect(gist.switches)
        #expect(gist.length == switching.utf8.count)
        #expect(
            gist.forwarded
                == "HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
        #expect(readResponse(switching).refusal == "502 bad-response")
        #expect(readResponse("HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n", context: asked).refusal == "502 bad-response")
        #expect(readResponse("HTTP/1.0 101 x\r\nUpgrade: websocket\r\n\r\n", context: asked).refusal == "502 bad-response")
        #expect(readResponse(final, context: asked).status == 200)
    }
}
