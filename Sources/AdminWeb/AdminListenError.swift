internal import Foundation

/// A listener of the admin site that could not be.
public struct AdminListenError: Error, CustomStringConvertible {
    let listener: AdminConfiguration.Listener
    /// The system's `errno`.
    let code: Int32

    /// The configuration's key, the address, and what the system said.
    public var description: String {
        let host = listener.host.contains(":") ? "[\(listener.host)]" : listener.host
        return "admin.listen: \(host):\(listener.port): \(String(cString: strerror(code)))"
    }
}
