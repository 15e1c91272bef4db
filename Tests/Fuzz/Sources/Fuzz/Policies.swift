import PatternMatching
import PolicyCore
import PolicyFormats

/// Policy files: diagnostics stand at a place of the text, what has no errors compiles.
enum Policies {
    private struct Zones: ZoneCatalog {
        var names: [String] { ["UTC", "Europe/Paris"] }
        var machineZone: String { "UTC" }
        func zone(_ name: String) -> ZoneTable? { names.contains(name) ? ZoneTable(fixed: name == "UTC" ? 0 : 3600) : nil }
    }

    static func fault(_ input: UnsafeRawBufferPointer) -> String? {
        let reading = PolicyReader.read(input, file: "policy", zones: Zones())
        let lines = breaks(input) + 2
        for diagnostic in reading.diagnostics {
            guard (1...lines).contains(diagnostic.line), (1...(input.count + 2)).contains(diagnostic.column) else { return "\(diagnostic)" }
            if diagnostic.message.isEmpty { return "\(diagnostic) says nothing" }
        }
        if (reading.document == nil) != !reading.errors.isEmpty { return "a document with errors, or none without" }
        guard let document = reading.document else { return nil }
        do {
            let snapshot = try PolicySnapshot.compile(
                document, generation: 1, lists: ListSet(index: nil, sources: [:]), zones: Zones(), grants: [])
            return snapshot.generation == 1 ? nil : "another generation"
        } catch { return "does not compile: \(error)" }
    }

    /// Line breaks as YAML counts them, or more.
    private static func breaks(_ input: UnsafeRawBufferPointer) -> Int {
        input.count { $0 == 0x0a || $0 == 0x0d || $0 == 0x85 || $0 == 0xa8 || $0 == 0xa9 }
    }
}
