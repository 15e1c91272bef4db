import CNeighbours
import Glibc
import NIOConcurrencyHelpers
import NIOCore
import PolicyCore

/// The thread that keeps a ``LinkState`` true: dumps at the start, then every change the kernel tells of, and a new dump where messages
/// were lost or somebody asks for one.
final class LinkWatch: Sendable {
    private struct Orders {
        var looks = false
        var stops = false
    }

    private let orders = NIOLockedValueBox(Orders())
    private let wakeUp: WakeUp?

    /// Returns once the first dumps are in, a second at most.
    init(_ state: NIOLockedValueBox<LinkState>) {
        let wakeUp = try? WakeUp()
        self.wakeUp = wakeUp
        let socket = weir_link_open()
        guard let wakeUp, socket >= 0 else {
            if socket >= 0 { close(socket) }
            return
        }
        var loop = Loop(socket: socket, wakeUp: wakeUp, state: state)
        loop.dumpAll(milliseconds: 1000)
        state.withLockedValue { $0.isWatched = true }
        let ready = loop
        let started = WorkThread.start("weir-links") { [orders] in
            var loop = ready
            while !orders.withLockedValue({ $0.stops }) {
                let looks = orders.withLockedValue { orders in
                    defer { orders.looks = false }
                    return orders.looks
                }
                if looks { loop.look() }
                loop.wait(milliseconds: -1)
            }
            state.withLockedValue { $0.isWatched = false }
            loop.look()
            close(socket)
        }
        if !started {
            state.withLockedValue { $0.isWatched = false }
            close(socket)
        }
    }

    /// Dumps the neighbours again and answers those who wait.
    func lookAgain() {
        orders.withLockedValue { $0.looks = true }
        wakeUp?.signal()
    }

    func stop() {
        orders.withLockedValue { $0.stops = true }
        wakeUp?.signal()
    }

    /// What the thread works with.
    private struct Loop: Sendable {
        let socket: Int32
        let wakeUp: WakeUp
        let state: NIOLockedValueBox<LinkState>

        mutating func dumpAll(milliseconds: Int32) {
            state.withLockedValue { $0.forgetOwn() }
            if weir_link_dump_addresses(socket) == 0 { _ = readUntilDone(milliseconds: milliseconds) }
            dumpNeighbours(milliseconds: milliseconds)
        }

        /// A dump adds and replaces; what is gone the kernel has told before. Only after lost messages is everything forgotten first.
        mutating func dumpNeighbours(milliseconds: Int32) {
            if weir_link_dump_neighbours(socket) == 0 { _ = readUntilDone(milliseconds: milliseconds) }
        }

        /// Dumps the neighbours for those who wait.
        mutating func look() {
            let asking = state.withLockedValue { $0.takeWaiting() }
            if asking.isEmpty { return }
            dumpNeighbours(milliseconds: 1000)
            for answer in state.withLockedValue({ $0.settle(asking, at: .now()) }) { answer.promise.succeed(answer.mac) }
        }

        /// Waits for a message or an order.
        mutating func wait(milliseconds: Int32) {
            var sets = [
                pollfd(fd: socket, events: Int16(POLLIN), revents: 0), pollfd(fd: wakeUp.descriptor, events: Int16(POLLIN), revents: 0),
            ]
            guard poll(&sets, 2, milliseconds) > 0 else { return }
            if sets[1].revents != 0 { wakeUp.clear() }
            guard sets[0].revents != 0 else { return }
            if read().lost {
                state.withLockedValue { $0.forgetNeighbours() }
                dumpAll(milliseconds: 1000)
            }
        }

        private func readUntilDone(milliseconds: Int32) -> Bool {
            let end = NIODeadline.now() + .milliseconds(Int64(milliseconds))
            while true {
                let left = (end - .now()).nanoseconds / 1_000_000
                if left <= 0 { return false }
                var set = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
                if poll(&set, 1, Int32(clamping: left)) <= 0 { return false }
                if read().done { return true }
            }
        }

        /// Reads all that is there.
        private func read() -> (done: Bool, lost: Bool) {
            let taken = Taken()
            while weir_link_read(
                socket, { context, event in if let context, let event { Taken.at(context).take(event.pointee) } }, taken.pointer) == 1
            {}
            state.withLockedValue { state in for event in taken.events { state.apply(event) } }
            return (taken.done, taken.lost)
        }
    }

    /// Collects what one reading tells.
    private final class Taken {
        var events: [weir_link_event] = []
        var done = false
        var lost = false

        /// Good while somebody else holds this object.
        var pointer: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

        static func at(_ pointer: UnsafeMutableRawPointer) -> Taken { Unmanaged<Taken>.fromOpaque(pointer).takeUnretainedValue() }

        func take(_ event: weir_link_event) {
            switch event.kind {
            case Int32(WEIR_LINK_DONE): done = true
            case Int32(WEIR_LINK_LOST): lost = true
            default: events.append(event)
            }
        }
    }
}
