import Foundation
import Glibc
import PolicyStore
import ProxyServer

/// The process that takes over from this one: the same command with the program file as it is now, and our listening sockets.
struct Successor {
    /// Names the descriptor of a successor's line to its predecessor.
    private static let lineVariable = "WEIR_PREDECESSOR"
    private static let firstGiven: CInt = 3
    /// Where this program lies: asked at the start, while the file is still the one that runs.
    private static let executable =
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]

    let process: pid_t
    private let line: CInt

    /// To be called early, before an upgrade may have replaced the file.
    static func prepare() { _ = executable }

    /// Starts it.
    /// - Throws: a sentence, where the system does not start it.
    static func start(sockets: [ListeningSocket]) throws -> Successor {
        var ends: [CInt] = [-1, -1]
        guard socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            throw Terminal.Failure("socketpair: \(String(cString: strerror(errno)))")
        }
        defer { close(ends[1]) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        // The successor has what it is given from 3 on and nothing else: a client's connection it knew nothing of would never close. Copies
        // high up come first, so that none is overwritten before it is moved.
        let given = ([ends[1]] + sockets.map(\.descriptor)).map { fcntl($0, F_DUPFD_CLOEXEC, CInt(1_000)) }
        defer { for descriptor in given where descriptor >= 0 { close(descriptor) } }
        guard given.allSatisfy({ $0 >= 0 }) else { throw Terminal.Failure("no free descriptors: \(String(cString: strerror(errno)))") }
        let names = given.indices.map { CInt($0) + firstGiven }
        for (descriptor, name) in zip(given, names) { posix_spawn_file_actions_adddup2(&actions, descriptor, name) }
        // Closing what is not open is no error; some room is for what opens meanwhile.
        let end = min((openDescriptors.max() ?? 0) + 1_024, CInt(clamping: Descriptors.raise()))
        for descriptor in CInt(given.count) + firstGiven..<max(end, CInt(given.count) + firstGiven) {
            posix_spawn_file_actions_addclose(&actions, descriptor)
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // We ignore the signals that we wait for otherwise; the successor begins as a shell would start it.
        var defaults = sigset_t()
        sigfillset(&defaults)
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
        var process = pid_t()
        let code = ProgramWords.with(environment(sockets: names.dropFirst(), line: names.first)) { environment in
            ProgramWords.with(CommandLine.arguments) { posix_spawn(&process, executable, &actions, &attributes, $0, environment) }
        }
        guard code == 0 else {
            close(ends[0])
            throw Terminal.Failure("\(executable): \(String(cString: strerror(code)))")
        }
        return Successor(process: process, line: ends[0])
    }

    /// Waits until it is about to accept, stops accepting here, and waits until it serves.
    /// - Parameter seconds: each step may take.
    /// - Returns: false where it ended instead, or took longer.
    func takesOver(within seconds: Int, stopAccepting: () async -> Void) async -> Bool {
        defer { close(line) }
        guard await hears(seconds) else { return false }
        await stopAccepting()
        var byte: UInt8 = 1
        guard send(line, &byte, 1, CInt(MSG_NOSIGNAL)) == 1 else { return false }
        return await hears(seconds)
    }

    private func hears(_ seconds: Int) async -> Bool {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: Self.hears(line, seconds)) }
        }
    }

    /// Waits for a byte of the other side.
    /// - Returns: false where the other side has ended, or says nothing.
    private static func hears(_ line: CInt, _ seconds: Int) -> Bool {
        var poll = pollfd(fd: line, events: Int16(POLLIN), revents: 0)
        var byte: UInt8 = 0
        return Glibc.poll(&poll, 1, CInt(seconds) * 1_000) == 1 && read(line, &byte, 1) == 1
    }

    /// The successor's side of the line; nil in a process that has no predecessor.
    struct Predecessor {
        private let line: CInt

        init?() {
            guard let line = ProcessInfo.processInfo.environment[lineVariable].flatMap({ CInt($0) }), line > 2 else { return nil }
            unsetenv(lineVariable)
            _ = fcntl(line, F_SETFD, FD_CLOEXEC)
            self.line = line
        }

        /// All is ready but for accepting: waits until the predecessor accepts no more. It may also be gone.
        func stopAccepting() {
            say()
            _ = hears(line, 10)
        }

        /// This process serves.
        func go() {
            say()
            close(line)
        }

        private func say() {
            var byte: UInt8 = 1
            _ = send(line, &byte, 1, CInt(MSG_NOSIGNAL))
        }
    }

    /// Becomes a new process of the program file that runs now, even where that was replaced: the way back where a successor does not start.
    /// - Parameter sockets: still open. Returns only where the system refuses.
    static func startAnew(sockets: [ListeningSocket]) {
        for descriptor in openDescriptors where descriptor > 2 { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        for socket in sockets { _ = fcntl(socket.descriptor, F_SETFD, 0) }
        _ = ProgramWords.with(environment(sockets: sockets.map(\.descriptor)[...], line: nil)) { environment in
            ProgramWords.with(CommandLine.arguments) { execve("/proc/self/exe", $0, environment) }
        }
    }

    private static var openDescriptors: [CInt] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []).compactMap { CInt($0) }
    }

    private static func environment(sockets: ArraySlice<CInt>, line: CInt?) -> [String] {
        var variables = ProcessInfo.processInfo.environment
        variables[PassedSockets.variable] = sockets.map { "\($0)" }.joined(separator: ",")
        variables[lineVariable] = line.map { "\($0)" }
        // The watchdog is the main process', whichever that is.
        variables["WATCHDOG_PID"] = nil
        return variables.map { "\($0.key)=\($0.value)" }
    }
}
