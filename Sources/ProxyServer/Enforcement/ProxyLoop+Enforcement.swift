import NIOCore
import PolicyCore

/// Judging again what runs (POLICY.md, "Time": within 5 seconds). Nothing is scanned: a passage whose verdict hangs on time waits in a heap for
/// its next change, budgets are looked at when they are drawn on, and only what is published judges everything, in slices.
extension ProxyLoop {
    /// How long one slice of judging may keep the loop from its sockets.
    static let slice = TimeAmount.milliseconds(2)
    /// The sockets' turn between two slices.
    static let pause = TimeAmount.milliseconds(1)
    /// How long a passage runs before it is asked when its verdict may change: most are over by then.
    static let young: Int64 = 1_000

    // MARK: Who runs

    /// It runs from now on.
    func watch(_ passage: Passage) {
        passages.insert(passage)
        passage.drawsOn.forEach { budgets.enter(passage, $0) }
        if passage.isTimed { due.set(passage, due: now.milliseconds &+ Self.young) }
    }

    /// It runs no more.
    func unwatch(_ passage: Passage) {
        passages.remove(passage)
        due.remove(passage)
        passage.drawsOn.forEach { budgets.leave(passage, $0) }
    }

    // MARK: The clock's work

    /// What a tick does: the same few comparisons however much runs.
    func enforceDue(at now: Instant, isSecond: Bool) {
        let turned = nextChange.map { now >= $0 } ?? false
        // A clock set back may have passed the edge of a window the other way.
        let wentBack = now < lastLook
        if turned || wentBack { nextChange = snapshot?.nextChange(after: now) }
        lastLook = now
        if wentBack { return enforceAll() }
        if isSecond, !budgets.isIdle { lookAtBudgets(at: now) }
        if let earliest = due.earliest, earliest <= now.milliseconds { work() }
    }

    /// Everything that runs is judged again, beginning now.
    func enforceAll() {
        sweep.begin(count: passages.count)
        work()
    }

    /// Judges for one slice of time, and goes on after the sockets' turn where that was not enough.
    private func work() {
        guard !isWorking else { return }
        let now = self.now
        let end = NIODeadline.now() + Self.slice
        var judged = 0
        while let snapshot, let passage = nextToJudge(at: now) {
            passage.enforce(snapshot, at: now)
            judged += 1
            guard judged % 8 == 0, NIODeadline.now() >= end else { continue }
            isWorking = true
            eventLoop.assumeIsolated().scheduleTask(in: Self.pause) {
                self.isWorking = false
                self.work()
            }
            return
        }
    }

    private func nextToJudge(at now: Instant) -> Passage? {
        if let place = sweep.next(count: passages.count) { return passages.elements[place] }
        return due.popDue(at: now.milliseconds)
    }

    /// A passage was judged and still runs: it waits for its next change.
    func judged(_ passage: Passage, at now: Instant) {
        counters.judgedAgain += 1
        if let next = passage.nextChange(policy: nextChange, at: now) {
            due.set(passage, due: next.milliseconds)
        } else {
            due.remove(passage)
        }
    }

    // MARK: Budgets

    /// What moved is told to the ledger, and what was drawn on is looked at: once a second, and nothing where nothing moved.
    private func lookAtBudgets(at now: Instant) {
        guard let snapshot else { return }
        for passage in budgets.takeMoving() { passage.tellMoved() }
        budgets.forgetTold(before: now)
        for key in budgets.takeNoted() {
            guard let end = snapshot.end(of: key, at: now, state: ledger) else { continue }
            if budgets.tell(key, end) {
                for loop in siblings where loop !== self { loop.eventLoop.execute { loop.budgetEnds(key, at: end) } }
            }
            budgetEnds(key, at: end)
        }
    }

    /// What draws on this budget is judged again when it ends.
    private func budgetEnds(_ key: BudgetKey, at end: Instant) {
        for passage in budgets.passages(on: key) {
            passage.budgetEnd = end
            if let known = due.due(of: passage), known <= end.milliseconds { continue }
            due.set(passage, due: end.milliseconds)
        }
        if end <= now { work() }
    }
}
