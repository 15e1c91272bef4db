import Dispatch
import NIOCore

/// What NIO's futures need of a loop.
extension SocketLoop: EventLoop {
    var inEventLoop: Bool { isCurrent }

    func execute(_ task: @escaping @Sendable () -> Void) { perform(task) }

    func submit<T>(_ task: @escaping @Sendable () throws -> T) -> EventLoopFuture<T> {
        let promise = makePromise(of: T.self)
        perform { promise.assumeIsolated().completeWith(Result { try task() }) }
        return promise.futureResult
    }

    @discardableResult
    func scheduleTask<T>(deadline: NIODeadline, _ task: @escaping @Sendable () throws -> T) -> Scheduled<T> {
        let promise = makePromise(of: T.self)
        let timer = Timer { promise.fail(EventLoopError.shutdown) }
        perform {
            guard !timer.isCancelled else { return }
            timer.number = self.perform(at: deadline.uptimeNanoseconds) {
                timer.number = nil
                promise.assumeIsolated().completeWith(Result { try task() })
            }
        }
        return Scheduled(promise: promise) {
            self.perform {
                timer.isCancelled = true
                if let number = timer.number { self.cancel(number) }
            }
        }
    }

    @discardableResult
    func scheduleTask<T>(in amount: TimeAmount, _ task: @escaping @Sendable () throws -> T) -> Scheduled<T> {
        scheduleTask(deadline: .now() + amount, task)
    }

    func preconditionInEventLoop(file: StaticString, line: UInt) { precondition(inEventLoop, file: file, line: line) }

    func preconditionNotInEventLoop(file: StaticString, line: UInt) { precondition(!inEventLoop, file: file, line: line) }

    func next() -> any EventLoop { self }

    func any() -> any EventLoop { self }

    func makeIterator() -> EventLoopIterator { EventLoopIterator([self]) }

    func shutdownGracefully(queue: DispatchQueue, _ callback: @escaping @Sendable ((any Error)?) -> Void) {
        stop { queue.async { callback(nil) } }
    }

    /// `@unchecked Sendable`: touched on the loop only.
    private final class Timer: @unchecked Sendable {
        var number: UInt64?
        var isCancelled = false
        /// The loop ended first. A promise that was kept already takes no notice.
        private let abandoned: () -> Void

        init(abandoned: @escaping () -> Void) { self.abandoned = abandoned }

        deinit { abandoned() }
    }
}
