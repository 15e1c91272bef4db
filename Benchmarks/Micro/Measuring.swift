import CAllocations
import Foundation

/// One figure, as a line of JSON.
struct Figure: Encodable {
    var name: String
    var value: Double
    var unit: String
    /// What is wanted: at most this.
    var wanted: Double?
    var note: String?

    func print() {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let line = try? encoder.encode(self) else { return }
        FileHandle.standardOutput.write(line + Data("\n".utf8))
    }
}

enum Clock {
    static var now: UInt64 { read(CLOCK_MONOTONIC) }

    /// Of this thread alone.
    static var thread: UInt64 { read(CLOCK_THREAD_CPUTIME_ID) }

    private static func read(_ clock: clockid_t) -> UInt64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}

/// What a pass over many questions costs each: the best of several passes, so that the machine's other work counts least.
struct Pass {
    var nanoseconds: Double
    /// Blocks of memory asked for, of one pass.
    var allocations: Double

    static func best(of passes: Int, over count: Int, _ body: (Int) -> Void) -> Pass {
        best(of: passes, over: count, preparing: { $0 }, body)
    }

    /// - Parameter prepare: makes a question, which is not measured: as in service, a question has just been read when it is answered.
    static func best<Question>(of passes: Int, over count: Int, preparing prepare: (Int) -> Question, _ body: (Question) -> Void) -> Pass {
        var best = Pass(nanoseconds: .infinity, allocations: .infinity)
        for _ in 0..<passes {
            var (passed, asked) = (UInt64(0), UInt(0))
            for first in stride(from: 0, to: count, by: 64) {
                let questions = (first..<min(first + 64, count)).map(prepare)
                let before = weir_allocations()
                let start = Clock.now
                for question in questions { body(question) }
                passed += Clock.now - start
                asked += weir_allocations() - before
            }
            best.nanoseconds = min(best.nanoseconds, Double(passed) / Double(count))
            best.allocations = min(best.allocations, Double(asked) / Double(count))
        }
        return best
    }

    func print(_ name: String, wanted: Double?, allocationsWanted: Double? = nil, note: String? = nil) {
        Figure(name: name, value: (nanoseconds / 10).rounded() / 100, unit: "µs", wanted: wanted, note: note).print()
        Figure(name: name + "-allocations", value: (allocations * 1000).rounded() / 1000, unit: "each", wanted: allocationsWanted).print()
    }
}

/// A child process and what it cost.
struct Child {
    var seconds: Double
    var cpuSeconds: Double
    var peakMiB: Double
    var status: Int32

    /// Runs this program with other arguments. Meant to be called while this process is small: a child's peak begins with its parent's.
    static func run(_ arguments: [String]) throws -> Child {
        let words = [CommandLine.arguments.first ?? ""] + arguments
        var pointers: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        var pid = pid_t()
        let start = Clock.now
        let failure = posix_spawn(&pid, "/proc/self/exe", nil, nil, &pointers, environ)
        guard failure == 0 else { throw BenchmarkError("cannot start \(words): \(String(cString: strerror(failure)))") }
        var status: Int32 = 0
        var usage = rusage()
        while wait4(pid, &status, 0, &usage) < 0, errno == EINTR {}
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        return Child(
            seconds: Double(Clock.now - start) / 1e9, cpuSeconds: seconds(usage.ru_utime) + seconds(usage.ru_stime),
            peakMiB: Double(usage.ru_maxrss) / 1024, status: status)
    }
}

struct BenchmarkError: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
}
