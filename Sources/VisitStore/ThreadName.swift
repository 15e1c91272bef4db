internal import Glibc

/// The name the system's tools show a thread by (`top -H`, `ps -L`). Foundation keeps a thread's name to itself.
enum ThreadName {
    /// Names the calling thread; where that is not allowed it keeps the process's name.
    /// - Parameter name: at most 15 bytes, which is what the kernel keeps.
    static func set(_ name: String) {
        let descriptor = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        _ = name.utf8.withContiguousStorageIfAvailable { write(descriptor, $0.baseAddress, $0.count) }
        close(descriptor)
    }
}
