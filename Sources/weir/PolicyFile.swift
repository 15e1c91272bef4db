import Foundation
import PolicyCore
import PolicyFormats
import PolicyStore

/// A policy file from disk, read with the system's time zones.
enum PolicyFile {
    /// A policy of ten thousand clients has about a megabyte.
    static let largest = 16 * 1024 * 1024

    static func text(_ path: String) throws -> String {
        guard let text = String(validating: try InputFile.bytes(path, limit: largest), as: UTF8.self) else {
            throw Terminal.Failure("\(path): is not UTF-8 text")
        }
        return text
    }

    /// Compiled with the lists it names as paths; those with addresses count as missing, as nobody outside is asked.
    static func snapshot(_ path: String) throws -> (snapshot: PolicySnapshot, missingLists: [String]) {
        let reading = try read(path)
        guard let document = reading.document, reading.errors.isEmpty else {
            throw Terminal.Failure(reading.errors.map(\.description).joined(separator: "\n"))
        }
        let (lists, problems) = StandaloneLists.load(document, policyFile: path)
        for problem in problems { Terminal.complain("warning: list \(problem)") }
        do {
            let snapshot = try PolicySnapshot.compile(document, generation: 0, lists: lists, zones: SystemZones(), grants: [])
            return (snapshot, lists.missing.intersection(document.usedMembers.keys).sorted())
        } catch {
            throw Terminal.Failure("\(path): \(error)")
        }
    }

    static func read(_ path: String) throws -> PolicyReading {
        PolicyReader.read(try InputFile.bytes(path, limit: largest), file: path == "-" ? "standard input" : path, zones: SystemZones())
    }
}
