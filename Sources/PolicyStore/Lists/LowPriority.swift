internal import Foundation
internal import Synchronization

/// Work that reads or frees much and that nobody waits for by the millisecond: on a thread of its own that yields to the event loops.
public enum LowPriority {
    /// Steps below the event loops; enough to be passed over wherever both want a core, and not to starve on a busy machine.
    static let nice: Int32 = 10

    public static func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            // Whoever goes on is told by a thread of full priority: telling may make a thread for the tasks of all, which inherits the teller's.
            let teller = Thread { continuation.resume(with: Result { try runAndWait(yieldingToAll: false, body) }) }
            teller.start()
        }
    }

    /// The same for who may wait: the calling thread does, and keeps its own priority.
    /// - Parameter yieldingToAll: run it, and the processes it starts, only where nothing else wants to.
    static func runAndWait<Value: Sendable>(yieldingToAll: Bool, _ body: @escaping @Sendable () throws -> Value) throws -> Value {
        let result = Slot<Result<Value, any Error>>()
        let isDone = DispatchSemaphore(value: 0)
        let worker = Thread {
            if yieldingToAll { yieldToAll() } else { lower() }
            let value = Result(catching: body)
            result.value.withLock { $0 = value }
            isDone.signal()
        }
        worker.start()
        isDone.wait()
        guard let result = result.value.withLock({ $0 }) else { throw CancellationError() }
        return try result.get()
    }

    private final class Slot<Value: Sendable>: Sendable {
        let value = Mutex<Value?>(nil)
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

    /// Linux's SCHED_IDLE, which Swift does not import. A lower priority alone is not enough, because a thread that runs is let run on to its
    /// slice's end, several milliseconds, whoever wakes meanwhile; one of this class makes room at once. Others do the same for it never, so
    /// that on a machine without idle time it has to be begun anew without.
    private static let idle: Int32 = 5

    private static func yieldToAll() {
        var none = sched_param()
        sched_setscheduler(0, idle, &none)
    }
}
