import CNeighbours
import Glibc

/// A named thread that runs one piece of work until that returns.
enum WorkThread {
    /// - Parameter name: at most 15 bytes, shown by the system's tools.
    /// - Returns: false where the system would start no thread.
    @discardableResult
    static func start(_ name: String, _ work: @escaping @Sendable () -> Void) -> Bool {
        let box = Unmanaged.passRetained(Box(name: name, work: work))
        var thread = pthread_t()
        let result = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                let box = Unmanaged<Box>.fromOpaque(argument).takeRetainedValue()
                weir_name_thread(box.name)
                box.work()
                return nil
            }, box.toOpaque())
        guard result == 0 else {
            box.release()
            return false
        }
        pthread_detach(thread)
        return true
    }

    private final class Box {
        let name: String
        let work: @Sendable () -> Void

        init(name: String, work: @escaping @Sendable () -> Void) {
            self.name = name
            self.work = work
        }
    }
}
