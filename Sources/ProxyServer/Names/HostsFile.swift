import PatternMatching

/// The names of a hosts file: an address, then the names it has, `#` begins a comment. Lines that are none are passed over, as every reader
/// of that file does.
struct HostsFile: Sendable {
    private(set) var names: [String: [ResolvedAddress]] = [:]

    init(_ bytes: some Collection<UInt8>) {
        for line in bytes.split(whereSeparator: { $0 == 10 || $0 == 13 }) {
            let fields = line.prefix { $0 != UInt8(ascii: "#") }.split { $0 == 32 || $0 == 9 }
            guard let first = fields.first, let address = IPAddress(String(decoding: first, as: UTF8.self)) else { continue }
            for field in fields.dropFirst() {
                names[String(decoding: field, as: UTF8.self).lowercased(), default: []].append(ResolvedAddress(address))
            }
        }
    }

    init() {}
}
