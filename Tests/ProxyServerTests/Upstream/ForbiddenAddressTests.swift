import Foundation
import PatternMatching
import PolicyCore
import Testing
import Visits

@testable import ProxyServer

@Suite("Addresses that may not be reached, by name or literal, in plain requests and tunnels (SECURITY.md S1, S2, S3)")
struct ForbiddenAddressTests {
    static let literals = [
        "127.0.0.1", "127.9.9.9", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254", "224.0.0.1",
        "255.255.255.255", "0x7f000001", "2130706433", "[::1]", "[::]", "[::ffff:10.0.0.1]", "[64:ff9b::a00:1]", "[2002:a00:1::]",
        "[fe80::1]", "[fd00:ec2::254]", "[fc00::1]", "[ff02::1]",
    ]

    @Test("403 before any connection, closed, recorded as a reject", arguments: literals, ["GET", "CONNECT"])
    func literal(host: String, method: String) async throws {
        try await TestProxy.start { $0.egressAllow = [] }.run { proxy in
            let client = try proxy.connect()
            let target = method == "GET" ? "http://\(host):8080/" : "\(host):8080"
            client.send("\(method) \(target) HTTP/1.1\r\nHost: \(host):8080\r\n\r\n")
            let reply = client.reply()
            #expect(reply?.status == 403)
            #expect(reply?.field("Proxy-Status")?.contains("destination_ip_prohibited") == true)
            #expect(client.receive() == nil)
            let end = await proxy.lastEnd()
            #expect(end?.verdict == .reject)
            #expect(end?.reason == "egress-denied")
            #expect(end?.outcome == .rejected)
            #expect(await proxy.server.counters().upstreamDialled == 0)
        }
    }

    @Test("A name is judged by every address it stands for")
    func names() async throws {
        try await TestProxy.start {
            $0.egressAllow = []
            $0.names.hosts = ["in.test": [.init(v4: 0xc0a8_0101)], "mixed.test": [.init(v4: 0x5db8_d822), .init(v4: 0x0a00_0001)]]
        }.run { proxy in
            for name in ["in.test", "mixed.test", "localhost"] { #expect(proxy.get("http://\(name)/")?.status == 403, "\(name)") }
            #expect(await proxy.server.counters().upstreamDialled == 0)
        }
    }
}
