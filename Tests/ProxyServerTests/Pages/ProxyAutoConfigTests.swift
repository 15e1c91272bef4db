import PolicyCore
import ProxyProtocols
import Testing

@testable import ProxyServer

@Suite struct ProxyAutoConfigTests {
    @Test func namesTheProxyAndNoWayAroundIt() {
        let script = ProxyAutoConfig.script(proxy: "192.168.1.2:3128", portal: "weir.internal")
        #expect(script.contains("\"PROXY 192.168.1.2:3128\""))
        #expect(script.contains("function FindProxyForURL(url, host)"))
        #expect(!script.contains("; DIRECT"))
        #expect(!script.contains("dnsResolve") && !script.contains("isInNet"))
        #expect(ProxyAutoConfig.script(proxy: "[fd00::1]:3128", portal: "w").contains("\"PROXY [fd00::1]:3128\""))
    }

    @Test(arguments: ["", "a\";alert(1);\"", "a\\", "a\nb", "a b:1", "ä:1"]) func nothingForeignGetsIn(proxy: String) {
        let script = ProxyAutoConfig.script(proxy: proxy, portal: proxy)
        #expect(script == ProxyAutoConfig.script(proxy: "127.0.0.1:9", portal: "weir.internal"))
    }

    @Test(arguments: [
        ("GET", "/proxy.pac", 200), ("GET", "/wpad.dat?x", 200), ("HEAD", "/proxy.pac", 200), ("POST", "/proxy.pac", 405),
        ("GET", "/", 404),
        ("GET", "/ask", 404), ("GET", "/proxy.pac/", 404), ("GET", "", 404), ("GET", "/../proxy.pac", 404),
    ]) func thePlainListener(method: String, target: String, status: UInt16) {
        let reply = Portal.plainAnswer(
            method: method, target: target, proxy: "10.0.0.1:3128", portal: "weir.internal", time: Instant(milliseconds: 0))
        #expect(reply.status == status)
        #expect(reply.fields.contains { $0.name == "Cache-Control" && $0.value == "no-store" })
        if status == 200 { #expect(reply.contentType == "application/x-ns-proxy-autoconfig") }
    }
}
