internal import Foundation

/// A process of our own making, with nothing of ours but its words and its surroundings.
struct ChildProcess {
    enum End: Hashable, CustomStringConvertible {
        case exit(Int32)
        case signal(Int32)
        /// Ended here, after so many seconds.
        case late(Int)
        /// Ended here: it got less than a quarter of a processor.
        case starved

        var description: String {
            switch self {
            case .exit(let code): "the child ended with exit code \(code)"
            case .signal(let signal): "the child was ended by signal \(signal)"
            case .late(let seconds): "it took longer than \(seconds) s"
            case .starved: "the child got no time to run"
            }
        }
    }

    /// Microseconds between two looks whether it has ended.
    private static let patience: UInt32 = 5_000

    private let id: pid_t

    /// Starts it and waits for its end, both on a thread of their own: the threads of all tasks may be busy for longer than it may take.
    /// - Parameters:
    ///   - yieldsToAll: it runs where nothing else wants to, from its first instruction on: its libraries alone take ten milliseconds to put
    ///     together before it could ask for that itself.
    ///   - seconds: it is ended after.
    ///   - lookSeconds: how often it is looked whether it gets any time; nil for not at all.
    /// - Throws: ``ListError`` where the system does not start it.
    static func run(
        _ executable: String, _ arguments: [String], environment: [String: String], yieldsToAll: Bool, atMost seconds: Int,
        lookSeconds: Double?
    ) async throws -> End {
        try await withCheckedThrowingContinuation { continuation in
            let thread = Thread {
                continuation.resume(
                    with: Result {
                        let child = try LowPriority.runAndWait(yieldingToAll: yieldsToAll) {
                            try ChildProcess(executable, arguments, environment: environment)
                        }
                        return child.wait(atMost: seconds, lookSeconds: lookSeconds)
                    })
            }
            thread.start()
        }
    }

    private init(_ executable: String, _ arguments: [String], environment: [String: String]) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
        for descriptor in Self.heirlooms { posix_spawn_file_actions_addclose(&actions, descriptor) }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // A server ignores signals that a child should begin with as a shell would start it.
        var (all, none) = (sigset_t(), sigset_t())
        sigfillset(&all)
        sigemptyset(&none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
        var id = pid_t()
        let code = ProgramWords.with(environment.map { "\($0.key)=\($0.value)" }) { environment in
            ProgramWords.with([executable] + arguments) { posix_spawn(&id, executable, &actions, &attributes, $0, environment) }
        }
        guard code == 0 else { throw ListError("the child did not start: \(executable): \(String(cString: strerror(code)))") }
        self.id = id
    }

    private func wait(atMost seconds: Int, lookSeconds: Double?) -> End {
        let start = DispatchTime.now().uptimeNanoseconds
        var ended: End?
        var looks = 1
        while true {
            var status: Int32 = 0
            let found = waitpid(id, &status, WNOHANG)
            if found == id {
                let signal = status & 0x7f
                return ended ?? (signal == 0 ? .exit((status >> 8) & 0xff) : .signal(signal))
            }
            if found < 0, errno != EINTR { return ended ?? .exit(-1) }
            let now = Double(DispatchTime.now().uptimeNanoseconds &- start) / 1e9
            if ended == nil, now >= Double(seconds) {
                ended = .late(seconds)
            } else if ended == nil, let lookSeconds, now >= Double(looks) * lookSeconds {
                if let used = processorSeconds, used < Double(looks) * lookSeconds / 4 { ended = .starved }
                looks += 1
            }
            // It was not waited for in vain, so the id is still its own.
            if ended != nil { kill(id, SIGKILL) }
            usleep(Self.patience)
        }
    }

    /// What it used so far, as proc(5) tells it.
    private var processorSeconds: Double? {
        guard let bytes = try? RegularFile("/proc/\(id)/stat").head(1024) else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        guard let name = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: name)...].split(separator: " ")
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return nil }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// Descriptors that a child would have as well.
    private static var heirlooms: [Int32] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []).compactMap { Int32($0) }
            .filter { $0 > STDERR_FILENO && fcntl($0, F_GETFD) & FD_CLOEXEC == 0 }
    }
}
