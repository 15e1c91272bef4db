internal import Foundation

/// A process of our own making, with nothing of ours but its words and its surroundings.
struct ChildProcess {
    enum End: Hashable {
        case exit(Int32)
        case signal(Int32)
    }

    let id: pid_t

    /// Starts it.
    /// - Parameter yieldsToAll: it runs where nothing else wants to, from its first instruction on: its libraries alone take ten milliseconds
    ///   to put together before it could ask for that itself.
    /// - Throws: ``ListError`` where the system does not start it.
    static func start(
        _ executable: String, _ arguments: [String], environment: [String: String], yieldsToAll: Bool
    ) async throws -> ChildProcess {
        try await LowPriority.run(yieldingToAll: yieldsToAll) {
            try ChildProcess(executable, arguments, environment: environment)
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

    /// Waits for its end, on a thread of its own.
    /// - Parameter beforeItIsForgotten: called while the id still means this process and no other.
    func wait(beforeItIsForgotten: @escaping @Sendable () -> Void) async -> End {
        await withCheckedContinuation { continuation in
            let thread = Thread {
                var told = siginfo_t()
                while waitid(P_PID, id_t(id), &told, WEXITED | WNOWAIT) < 0, errno == EINTR {}
                beforeItIsForgotten()
                var status: Int32 = 0
                while waitpid(id, &status, 0) < 0, errno == EINTR {}
                let signal = status & 0x7f
                continuation.resume(returning: signal == 0 ? .exit((status >> 8) & 0xff) : .signal(signal))
            }
            thread.start()
        }
    }

    /// Descriptors that a child would have as well.
    private static var heirlooms: [Int32] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []).compactMap { Int32($0) }
            .filter { $0 > STDERR_FILENO && fcntl($0, F_GETFD) & FD_CLOEXEC == 0 }
    }
}
