import PatternMatching

@testable import ProxyServer

/// Hosts and URLs: canonical once is canonical for good.
enum Names {
    static func host(_ input: UnsafeRawBufferPointer) -> String? {
        guard let host = HostName.canonical(input) else { return nil }
        switch host {
        case .name(let name):
            if let fault = nameFault(name) { return fault }
            if HostName.canonical(name) != host { return "\(name) became \(String(describing: HostName.canonical(name)))" }
            if let site = PublicSuffix.registrable(name), name != site, !name.hasSuffix("." + site) {
                return "\(site) is no end of \(name)"
            }
        case .address(let address):
            if IPAddress(address.description) != address { return "\(address) is not read back" }
            let text = address.isV4 ? address.description : "[\(address)]"
            if HostName.canonical(text) != host { return "\(text) became \(String(describing: HostName.canonical(text)))" }
        }
        return nil
    }

    private static func nameFault(_ name: String) -> String? {
        if name.isEmpty || name.utf8.count > 253 { return "\(name.utf8.count) bytes" }
        for label in name.utf8.split(separator: 0x2e, omittingEmptySubsequences: false) where label.isEmpty || label.count > 63 {
            return "a label of \(label.count) bytes"
        }
        let isPlain = name.utf8.allSatisfy {
            (0x21...0x7e).contains($0) && !(0x41...0x5a).contains($0) && !"#/:<>?@[\\]^|%".utf8.contains($0)
        }
        return isPlain ? nil : "\(name.debugDescription) holds what no name holds"
    }

    static func url(_ input: UnsafeRawBufferPointer) -> String? {
        if let url = try? RequestURL(connect: input) {
            if !url.isTunnel || url.scheme != "https" { return "a tunnel to \(url.text)" }
            if let fault = urlFault(url) { return fault }
            let written = "\(url.bytes[url.hostRange].isEmpty ? "" : String(decoding: url.bytes[url.hostRange], as: UTF8.self)):\(url.port)"
            if (try? RequestURL(connect: written.utf8)) != url { return "\(written) is not read back" }
        }
        guard let url = try? RequestURL(input) else { return nil }
        if let fault = urlFault(url) { return fault }
        guard let again = try? RequestURL(url.bytes) else { return "\(url.text) is not read back" }
        if again.bytes != url.bytes { return "\(url.text) became \(again.text)" }
        guard let sent = url.sent else { return nil }
        // What is sent leads to the same canonical form: both are judged, so neither may hide the other.
        guard let other = try? RequestURL(sent) else { return "\(Forwarding.shown(sent)) is not read back" }
        return other.bytes == url.bytes ? nil : "as sent \(other.text), else \(url.text)"
    }

    static func reply(_ input: UnsafeRawBufferPointer) -> String? {
        for isV4 in [true, false] {
            guard let reply = NameReply(input, isV4: isV4) else { continue }
            if let seconds = reply.seconds, !(0...Int64(Int32.max)).contains(seconds) { return "\(seconds) seconds" }
            if reply.addresses.count > NameReply.mostAddresses { return "\(reply.addresses.count) addresses" }
            if !reply.addresses.isEmpty, reply.seconds == nil { return "addresses for no time" }
        }
        return nil
    }

    private static func urlFault(_ url: RequestURL) -> String? {
        let bytes = url.bytes
        guard url.hostRange.lowerBound >= 5, url.hostRange.upperBound <= url.pathStart, url.pathStart < bytes.count else { return "ranges" }
        guard bytes[url.pathStart] == 0x2f, url.port > 0 else { return "path or port of \(url.text)" }
        guard bytes.allSatisfy({ (0x21...0x7e).contains($0) }) else { return "\(url.text) is not printable ASCII" }
        let host = url.host
        if let address = url.address, address.description != host { return "\(address) is not \(host)" }
        guard HostName.canonical(bytes[url.hostRange])?.text == host else { return "\(host) is not canonical" }
        return url.site.isEmpty ? "no site" : nil
    }
}
