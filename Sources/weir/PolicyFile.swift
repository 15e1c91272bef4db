import Foundation
import PolicyFormats
import PolicyStore

/// A policy file from disk, read with the system's time zones.
enum PolicyFile {
    /// A policy of ten thousand clients has about a megabyte.
    static let largest = 16 * 1024 * 1024

    static func text(_ path: String) throws -> String {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw Terminal.Failure("\(path): no such file")
        }
        guard !isDirectory.boolValue, let bytes = FileManager.default.contents(atPath: path) else {
            throw Terminal.Failure("\(path): cannot be read")
        }
        guard bytes.count <= largest else { throw Terminal.Failure("\(path): larger than \(largest) bytes") }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw Terminal.Failure("\(path): is not UTF-8 text") }
        return text
    }

    static func read(_ path: String) throws -> PolicyReading {
        PolicyReader.read(try text(path), file: path, zones: SystemZones())
    }
}
