import PatternMatching
import PolicyCore
import PolicyStore

/// Recognising one of 100,000 clients by each of what they are known by.
struct ClientBenchmark {
    let passes: Int
    private static let count = 100_000

    func run() throws {
        var document = PolicyDocument(timezone: "UTC")
        document.groups = [GroupDeclaration(name: "default"), GroupDeclaration(name: "staff")]
        document.clients = try (0..<ClientBenchmark.count).map { number in
            let text = number % 10 == 0 ? "fd00:\(String(number / 10, radix: 16))::/64" : ClientBenchmark.address(number)
            guard let prefix = IPPrefix(text) else { throw BenchmarkError(text) }
            return ClientDeclaration(
                name: "device-\(number)", group: "staff", addresses: [prefix], macs: [MACAddress(bits: 0x3c22_fb00_0000 + UInt64(number))],
                users: ["user\(number)"])
        }
        let snapshot = try PolicySnapshot.compile(document, generation: 1, lists: .none, zones: SystemZones(), grants: [])
        let numbers = Array(0..<ClientBenchmark.count).filter { $0 % 10 != 0 }.shuffled(seed: 5)
        try measure("client-address", numbers.map { Asker(address: IPAddress(ClientBenchmark.address($0))) }, snapshot)
        try measure("client-mac", numbers.map { Asker(mac: MACAddress(bits: 0x3c22_fb00_0000 + UInt64($0))) }, snapshot)
        try measure("client-user", numbers.map { Asker(user: "user\($0)") }, snapshot)
        try measure("client-unknown-address", numbers.map { Asker(address: IPAddress(v4: 0xc0a8_0000 + UInt32($0))) }, snapshot)
    }

    private static func address(_ number: Int) -> String { "10.\(number >> 16).\(number >> 8 & 255).\(number & 255)" }

    private func measure(_ name: String, _ askers: [Asker], _ snapshot: PolicySnapshot) throws {
        var known = 0
        let pass = Pass.best(of: passes, over: askers.count) { number in
            if snapshot.identify(askers[number]).group == "staff" { known += 1 }
        }
        pass.print(name, wanted: name == "client-unknown-address" ? nil : 0.2, note: "\(known / passes) of \(askers.count) known")
    }
}
