internal import PolicyCore

extension PolicyStore {
    /// What the lists in force have in common, counted away from what serves; counted once for each set of versions.
    public func overlap() async throws -> ListOverlap { try await countOverlap().value }

    /// The same, waiting a moment only: nil while it is being counted, which the first call begins.
    /// - Throws: where counting failed; the call after begins anew.
    public func overlapIfCounted() async throws -> ListOverlap? {
        let task = countOverlap()
        for _ in 0..<8 {
            if let counted = listState.overlap, counted.task == task, let result = counted.result {
                if case .failure = result { listState.overlap = nil }
                return try result.get()
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        return nil
    }

    private func countOverlap() -> Task<ListOverlap, any Error> {
        let lists = wantedLists(running.document)
        let key = ListImageKey.of(lists)
        if let known = listState.overlap, known.key == key {
            if case .failure = known.result {} else { return known.task }
        }
        let compiler = compiler
        let task = Task { try await compiler.overlap(ListOverlapJob(lists: lists)) }
        listState.overlap = OverlapCount(key: key, task: task)
        Task {
            let result = await task.result
            if listState.overlap?.task == task { listState.overlap?.result = result }
        }
        return task
    }
}

/// A counting of what lists have in common.
struct OverlapCount {
    /// Of the lists it was counted for.
    var key: String
    var task: Task<ListOverlap, any Error>
    var result: Result<ListOverlap, any Error>?
}
