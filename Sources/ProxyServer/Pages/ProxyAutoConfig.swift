/// The proxy auto-configuration script, `/proxy.pac` and `/wpad.dat`.
public enum ProxyAutoConfig {
    public static let contentType = "application/x-ns-proxy-autoconfig"

    /// Plain names and local networks go direct, the portal's name and everything else through the proxy. There is no way around a proxy
    /// that is not there: a filter that fails, fails closed. No name is resolved: that would tell the device's own DNS what is asked for. What begins with a
    /// digit is no plain name: `134744072` is 8.8.8.8.
    /// - Parameters:
    ///   - proxy: `host:port`, IPv6 in brackets, as the device reaches it; what is no host and port gives a script that refuses everything.
    ///   - portal: the portal's name.
    public static func script(proxy: String, portal: String) -> String {
        let proxy = isPlain(proxy) ? proxy : "127.0.0.1:9"
        let portal = isPlain(portal) ? portal : "weir.internal"
        return """
            // Weir: everything goes through the proxy but what is on the local network.
            function FindProxyForURL(url, host) {
                var proxy = "PROXY \(proxy)";
                host = host.toLowerCase().replace(/^\\[|\\]$/g, "");
                if (host === "\(portal)") { return proxy; }
                if (/^[a-z_][^.:]*$/.test(host)) { return "DIRECT"; }
                if (/\\.(local|localhost|home\\.arpa)\\.?$/.test(host)) { return "DIRECT"; }
                if (/^(127|10)\\.\\d+\\.\\d+\\.\\d+$/.test(host) ||
                    /^192\\.168\\.\\d+\\.\\d+$/.test(host) ||
                    /^169\\.254\\.\\d+\\.\\d+$/.test(host) ||
                    /^172\\.(1[6-9]|2\\d|3[01])\\.\\d+\\.\\d+$/.test(host)) { return "DIRECT"; }
                if (host.indexOf(":") >= 0 && /^(::1$|f[cd][0-9a-f]{2}:|fe[89ab][0-9a-f]:)/.test(host)) { return "DIRECT"; }
                return proxy;
            }

            """
    }

    /// What may stand in a host and port: nothing that could end a string of the script.
    private static func isPlain(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
                    || [0x2d, 0x2e, 0x3a, 0x5b, 0x5d].contains(byte)
            }
    }
}
