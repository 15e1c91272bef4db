/// Lets one change at a time through an actor whose methods wait in the middle.
struct Lane {
    var isBusy = false
    var waiting: [CheckedContinuation<Void, Never>] = []
}

extension PolicyStore {
    /// Waits for the changes before this one; pair with ``leaveLane()``.
    func enterLane() async {
        guard lane.isBusy else {
            lane.isBusy = true
            return
        }
        await withCheckedContinuation { lane.waiting.append($0) }
    }

    func leaveLane() {
        if lane.waiting.isEmpty { lane.isBusy = false } else { lane.waiting.removeFirst().resume() }
    }
}
