/// What is to be done at some moment: the earliest first.
struct DueTimers {
    private struct Entry {
        let deadline: UInt64
        let number: UInt64
    }

    private var heap: [Entry] = []
    private var work: [UInt64: () -> Void] = [:]
    private var last: UInt64 = 0

    /// Nanoseconds of the clock that deadlines are given in; nil where nothing waits.
    var next: UInt64? { heap.first?.deadline }

    /// - Returns: the number to cancel it by.
    mutating func add(at deadline: UInt64, _ task: @escaping () -> Void) -> UInt64 {
        last &+= 1
        work[last] = task
        heap.append(Entry(deadline: deadline, number: last))
        var at = heap.count - 1
        while at > 0, heap[at].deadline < heap[(at - 1) / 2].deadline {
            heap.swapAt(at, (at - 1) / 2)
            at = (at - 1) / 2
        }
        return last
    }

    mutating func cancel(_ number: UInt64) {
        work[number] = nil
        // What was cancelled stays in line until its time; where that is most of the line, it is drawn up anew.
        if heap.count > 64, work.count < heap.count / 4 {
            let kept = heap.filter { work[$0.number] != nil }
            // In order of deadlines an array is a heap.
            heap = kept.sorted { $0.deadline < $1.deadline }
        }
    }

    /// Takes out the earliest that is due.
    mutating func popDue(at now: UInt64) -> (() -> Void)? {
        while let first = heap.first, first.deadline <= now {
            removeFirst()
            if let task = work.removeValue(forKey: first.number) { return task }
        }
        return nil
    }

    mutating func removeAll() {
        heap = []
        work = [:]
    }

    private mutating func removeFirst() {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var at = 0
        while true {
            var least = at
            for child in [2 * at + 1, 2 * at + 2] where child < heap.count && heap[child].deadline < heap[least].deadline { least = child }
            if least == at { return }
            heap.swapAt(at, least)
            at = least
        }
    }
}
