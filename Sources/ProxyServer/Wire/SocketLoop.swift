import CNeighbours
import Glibc
import NIOConcurrencyHelpers
import NIOCore
import Synchronization

/// One event loop: a thread that waits for its sockets, its timers and for work given to it. Sockets, timers and owners belong to that thread.
///
/// It stands in NIO's place on the data path (docs/decisions/0018): a connection costs one call to be watched and none to be left, and no pipeline,
/// promise or context. To everything else it is an `EventLoop` like any other.
///
/// `@unchecked Sendable`: all but `shared` and `thread` is touched on the loop's thread only, or, once that has ended, by one thread at a time
/// under `afterwards`.
final class SocketLoop: @unchecked Sendable {
    /// What reading gave.
    enum Reading {
        case bytes(ByteBuffer)
        /// Nothing there; the kernel tells when there is.
        case later
        case end
        case failed(CInt)
    }

    /// Work to do. A type of its own: a closure in an array by itself is wrapped once more each time it is put there.
    private struct Task {
        let run: () -> Void
    }

    private struct Shared {
        var tasks: [Task] = []
        /// The thread has been, or is about to be, woken for `tasks`.
        var isWoken = false
        var isStopping = false
        var hasEnded = false
        var whenEnded: [@Sendable () -> Void] = []
    }

    private struct Slot {
        var watched: Watched?
        var generation: UInt32 = 0
    }

    private static let wakeTag = UInt64.max
    private static let mostEvents = 256
    /// After so many events what they wrote is sent: enough to wake whoever gets it once for many, and few enough that none waits long.
    private static let eventsASending = 16
    private static let scratchSize = 65_536

    private let set: CInt
    private let wakeUp: WakeUp
    private let shared = NIOLockedValueBox(Shared())
    /// The loop's thread, 0 before it has begun and after it has ended.
    private let thread = Atomic<UInt>(0)
    private let afterwards = NIOLock()

    /// By descriptor.
    private var slots: [Slot] = []
    private var isStopping = false
    private var tasks: [Task] = []
    /// The tasks under way; between turns nothing but memory.
    private var running: [Task] = []
    private var timers = DueTimers()
    /// Sockets with more to read than one reading took.
    private var readers: [StreamSocket] = []
    /// Those whose turn it is; between turns nothing but memory.
    private var reading: [StreamSocket] = []
    /// What was closed in this turn: events of the turn, and callers further up, may still mean it.
    private var buried: [AnyObject] = []
    /// What sockets wrote in this turn and have not sent yet.
    let desk = Desk()
    /// Sockets to be flushed before the turn is over; and those that just are.
    private var unflushed: [StreamSocket] = []
    private var flushing: [StreamSocket] = []
    /// What is done before sockets are flushed: whoever waits for it may write then.
    var beforeSending: (() -> Void)?
    private var handled = 0
    /// Events of the last turn.
    private var lastCount: CInt = 0
    /// Answers that may come at once, since the last waiting.
    private var expected = 0
    private var look = BriefLook()
    private var scratch = ByteBufferAllocator().buffer(capacity: SocketLoop.scratchSize)

    /// Starts the thread.
    /// - Parameter name: of the thread, at most 15 bytes.
    /// - Throws: ``SystemError`` where the system gives no descriptor or thread.
    init(_ name: String) throws(SystemError) {
        set = weir_poll_open()
        if set < 0 { throw SystemError(call: "epoll_create1", number: errno) }
        wakeUp = try WakeUp()
        guard weir_poll_add_level(set, wakeUp.descriptor, Self.wakeTag) == 0 else { throw SystemError(call: "epoll_ctl", number: errno) }
        guard WorkThread.start(name, { self.run() }) else { throw SystemError(call: "pthread_create", number: EAGAIN) }
    }

    deinit { Glibc.close(set) }

    // MARK: The thread

    private func run() {
        thread.store(UInt(pthread_self()), ordering: .releasing)
        weir_hasten_thread()
        withUnsafeTemporaryAllocation(of: weir_event.self, capacity: Self.mostEvents) { events in
            while !isStopping { turn(events) }
        }
        finish()
    }

    private func turn(_ events: UnsafeMutableBufferPointer<weir_event>) {
        let count = wait(events)
        lastCount = count
        for at in 0..<max(0, Int(count)) {
            handle(events[at])
            countHandled()
        }
        runReaders()
        runTimers()
        // What needs nothing written before it leaves first: the tasks write the journal, while origins and clients are at work already.
        send()
        runTasks()
        send()
        desk.clear()
        if !buried.isEmpty { buried.removeAll(keepingCapacity: true) }
    }

    /// - Returns: how many events there are; below 0 where a signal came.
    private func wait(_ events: UnsafeMutableBufferPointer<weir_event>) -> CInt {
        defer { expected = 0 }
        let patience = self.patience
        // Where more is under way its events come anyway.
        guard expected == 1, lastCount == 1, patience != 0 else { return poll(events, patience) }
        let began = NIODeadline.now().uptimeNanoseconds
        if look.pays {
            while true {
                let count = poll(events, 0)
                let isOver = NIODeadline.now().uptimeNanoseconds - began >= BriefLook.longest
                guard count != 0 || isOver else { continue }
                look.looked(found: count > 0)
                return count != 0 ? count : poll(events, patience)
            }
        }
        let count = poll(events, patience)
        look.slept(nanoseconds: NIODeadline.now().uptimeNanoseconds - began)
        return count
    }

    private func poll(_ events: UnsafeMutableBufferPointer<weir_event>, _ patience: CInt) -> CInt {
        weir_poll_wait(set, events.baseAddress, CInt(events.count), patience)
    }

    /// A request was passed on, on a connection that is open: its answer may come at once.
    func expectAnswer() { expected += 1 }

    private func countHandled() {
        handled += 1
        if handled >= Self.eventsASending { send() }
    }

    /// Sends what was flushed.
    private func send() {
        handled = 0
        beforeSending?()
        while !unflushed.isEmpty {
            swap(&unflushed, &flushing)
            for socket in flushing { socket.flushIfDue() }
            flushing.removeAll(keepingCapacity: true)
        }
    }

    /// Milliseconds until there is something to do that no descriptor tells of; -1 without end.
    private var patience: CInt {
        if !readers.isEmpty || !tasks.isEmpty { return 0 }
        guard let next = timers.next else { return -1 }
        let now = NIODeadline.now().uptimeNanoseconds
        if next <= now { return 0 }
        return CInt(clamping: (next - now + 999_999) / 1_000_000)
    }

    private func handle(_ event: weir_event) {
        if event.tag == Self.wakeTag { return takeTasks() }
        let descriptor = Int(truncatingIfNeeded: event.tag & 0xffff_ffff)
        guard descriptor < slots.count, slots[descriptor].generation == UInt32(truncatingIfNeeded: event.tag >> 32) else { return }
        slots[descriptor].watched?.happened(event.what)
    }

    private func takeTasks() {
        wakeUp.clear()
        tasks += shared.withLockedValue { shared in
            defer { shared.tasks = [] }
            shared.isWoken = false
            isStopping = shared.isStopping
            return shared.tasks
        }
    }

    private func runReaders() {
        guard !readers.isEmpty else { return }
        swap(&readers, &reading)
        for socket in reading {
            socket.readOnceMore()
            countHandled()
        }
        reading.removeAll(keepingCapacity: true)
    }

    private func runTimers() {
        guard let next = timers.next else { return }
        let now = NIODeadline.now().uptimeNanoseconds
        guard next <= now else { return }
        while let task = timers.popDue(at: now) { task() }
    }

    /// Runs what waits, and not what that adds.
    private func runTasks() {
        guard !tasks.isEmpty else { return }
        swap(&tasks, &running)
        for task in running { task.run() }
        running.removeAll(keepingCapacity: running.capacity <= Self.mostEvents)
    }

    private func finish() {
        for slot in slots { slot.watched?.loopEnded() }
        takeTasks()
        while !tasks.isEmpty { runTasks() }
        timers.removeAll()
        readers = []
        unflushed = []
        buried = []
        beforeSending = nil
        let listeners = afterwards.withLock {
            let (late, listeners) = shared.withLockedValue { shared in
                shared.hasEnded = true
                defer { (shared.tasks, shared.whenEnded) = ([], []) }
                return (shared.tasks, shared.whenEnded)
            }
            for task in late { task.run() }
            while !tasks.isEmpty { runTasks() }
            thread.store(0, ordering: .releasing)
            return listeners
        }
        for listener in listeners { listener() }
    }

    // MARK: Work

    var isCurrent: Bool { thread.load(ordering: .acquiring) == UInt(pthread_self()) }

    /// Does it in the loop's next turn; after the loop's end here and now, so that nobody waits for ever.
    func perform(_ task: @escaping () -> Void) {
        if isCurrent {
            tasks.append(Task(run: task))
            return
        }
        // The caller gives the task away: it is touched by the loop's thread from here on.
        nonisolated(unsafe) let task = Task(run: task)
        let (wakes, hasEnded) = shared.withLockedValue { shared in
            if shared.hasEnded { return (false, true) }
            shared.tasks.append(task)
            defer { shared.isWoken = true }
            return (!shared.isWoken, false)
        }
        if wakes { wakeUp.signal() }
        if hasEnded { performAfterEnd(task.run) }
    }

    private func performAfterEnd(_ task: () -> Void) {
        afterwards.withLock {
            thread.store(UInt(pthread_self()), ordering: .releasing)
            task()
            while !tasks.isEmpty { runTasks() }
            buried = []
            thread.store(0, ordering: .releasing)
        }
    }

    /// - Parameter deadline: nanoseconds of `NIODeadline`.
    /// - Returns: what to cancel it by. On the loop.
    func perform(at deadline: UInt64, _ task: @escaping () -> Void) -> UInt64 { timers.add(at: deadline, task) }

    func cancel(_ timer: UInt64) { timers.cancel(timer) }

    /// Closes what is left and ends the thread; `done` is called then, on any thread.
    func stop(_ done: @escaping @Sendable () -> Void) {
        let hasEnded = shared.withLockedValue { shared in
            shared.isStopping = true
            if !shared.hasEnded { shared.whenEnded.append(done) }
            return shared.hasEnded
        }
        if hasEnded { done() } else { wakeUp.signal() }
    }

    // MARK: Sockets

    /// Watches a stream for everything.
    /// - Throws: `IOError`; the descriptor is closed then.
    func watch(_ socket: StreamSocket) throws {
        let code = weir_poll_add(set, socket.descriptor, enter(socket))
        guard code == 0 else {
            let reason = errno
            slots[Int(socket.descriptor)].watched = nil
            Glibc.close(socket.descriptor)
            throw IOError(errnoCode: reason, reason: "epoll_ctl")
        }
    }

    /// Watches a listener for as long as connections wait.
    func watch(_ listener: Listener) throws {
        guard weir_poll_add_level(set, listener.descriptor, enter(listener)) == 0 else {
            throw IOError(errnoCode: errno, reason: "epoll_ctl")
        }
    }

    /// Leaves a listener, whose descriptor other processes may hold as well.
    func unwatch(_ listener: Listener) {
        _ = weir_poll_remove(set, listener.descriptor)
        forget(listener, and: nil)
    }

    private func enter(_ watched: Watched) -> UInt64 {
        let at = Int(watched.descriptor)
        while slots.count <= at { slots.append(Slot()) }
        slots[at].generation &+= 1
        slots[at].watched = watched
        return UInt64(slots[at].generation) << 32 | UInt64(UInt32(bitPattern: watched.descriptor))
    }

    /// Hears no more of a descriptor that is about to be closed, and keeps it and its owner until the end of this turn.
    func forget(_ watched: Watched, and owner: AnyObject?) {
        let at = Int(watched.descriptor)
        if at < slots.count, slots[at].watched === watched {
            slots[at].watched = nil
            slots[at].generation &+= 1
        }
        buried.append(watched)
        if let owner { buried.append(owner) }
    }

    func readLater(_ socket: StreamSocket) { readers.append(socket) }

    func flushSoon(_ socket: StreamSocket) { unflushed.append(socket) }

    /// Reads once. The bytes lie in memory that all readings share; whoever keeps them makes the next reading take new memory.
    /// - Parameter most: at most 65,536.
    func receive(from descriptor: CInt, atMost most: Int) -> Reading {
        if scratch.modifyIfUniquelyOwned({ $0.clear() }) == nil { scratch = ByteBufferAllocator().buffer(capacity: Self.scratchSize) }
        while true {
            let count = scratch.withUnsafeMutableWritableBytes { Glibc.recv(descriptor, $0.baseAddress, min(most, $0.count), 0) }
            if count > 0 {
                scratch.moveWriterIndex(forwardBy: count)
                return scratch.readSlice(length: count).map { .bytes($0) } ?? .later
            }
            if count == 0 { return .end }
            switch errno {
            case EINTR: continue
            case EAGAIN: return .later
            case let code: return .failed(code)
            }
        }
    }
}
