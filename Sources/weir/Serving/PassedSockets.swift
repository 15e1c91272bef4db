import Foundation
import Glibc
import ProxyServer

/// Listening sockets this process was started with: systemd's (sd_listen_fds(3)) or its predecessor's.
enum PassedSockets {
    /// Names the descriptors a predecessor passes on, separated by commas.
    static let variable = "WEIR_SOCKETS"
    private static let first: CInt = 3

    /// Takes them, once: the variables are removed, so that no child takes them for its own.
    static func take() -> [ListeningSocket] {
        let environment = ProcessInfo.processInfo.environment
        defer { for name in [variable, "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"] { unsetenv(name) } }
        var descriptors = (environment[variable] ?? "").split(separator: ",").compactMap { CInt($0) }
        if environment["LISTEN_PID"] == "\(getpid())", let count = environment["LISTEN_FDS"].flatMap({ CInt($0) }),
            (1...1_000).contains(count)
        {
            descriptors += first..<(first + count)
        }
        return descriptors.compactMap { ListeningSocket(descriptor: $0) }
    }
}
