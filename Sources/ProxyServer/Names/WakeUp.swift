import CNeighbours
import Glibc

/// Wakes a thread that waits in `poll(2)`: an eventfd.
final class WakeUp: Sendable {
    let descriptor: Int32

    /// - Throws: ``SystemError`` where there are no descriptors left.
    init() throws(SystemError) {
        descriptor = weir_eventfd()
        if descriptor < 0 { throw SystemError(call: "eventfd", number: errno) }
    }

    deinit { close(descriptor) }

    /// Makes `descriptor` readable. From any thread.
    func signal() {
        var one: UInt64 = 1
        // A full counter means that it is readable already.
        _ = write(descriptor, &one, 8)
    }

    /// Makes `descriptor` unreadable again.
    func clear() {
        var count: UInt64 = 0
        _ = read(descriptor, &count, 8)
    }
}

/// A system call that failed.
public struct SystemError: Error, Sendable, Hashable, CustomStringConvertible {
    public var call: String
    public var number: Int32

    public var description: String { "\(call): \(String(cString: strerror(number)))" }
}
