import Glibc
import NIOCore

/// A listener that could not be opened: which key asked for it, and why.
struct ListenError: Error, CustomStringConvertible {
    let description: String

    /// Runs `open`; what it throws is told with the key and the address.
    static func naming(_ key: String, _ address: ListenerAddress, _ open: () async throws -> Void) async throws {
        do {
            try await open()
        } catch {
            let reason = (error as? IOError).map { String(cString: strerror($0.errnoCode)) } ?? "\(error)"
            let host = address.address.isV4 ? "\(address.address)" : "[\(address.address)]"
            throw ListenError(description: "\(key): \(host):\(address.port): \(reason)")
        }
    }
}
