internal import Foundation

/// Work that reads or frees much and that nobody waits for by the millisecond: on a thread of its own that yields to the event loops.
public enum LowPriority {
    /// Steps below the event loops; enough to be passed over wherever both want a core, and not to starve on a busy machine.
    static let nice: Int32 = 10

    public static func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            start { continuation.resume(with: Result(catching: body)) }
        }
    }

    /// Lets go of something large after a while, by when everybody has moved on to its successor: the last reference to it, and with it the
    /// unmapping and freeing, must not fall to an event loop.
    static func release(_ object: some Sendable, afterSeconds seconds: Double) {
        DispatchQueue.global(qos: .background).asyncAfter(deadline: .now() + seconds) {
            start { withExtendedLifetime(object) {} }
        }
    }

    /// Runs `body` on such a thread and does not wait for it.
    public static func start(_ body: @escaping @Sendable () -> Void) {
        let thread = Thread {
            lower()
            body()
        }
        thread.start()
    }

    /// For the calling thread. On Linux the priority is a thread's own.
    public static func lower() { setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, nice) }
}
