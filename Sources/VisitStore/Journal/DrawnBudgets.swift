internal import PolicyCore
internal import Visits

/// The budgets one running visit draws on, and what it has told of them: the journal's records of a visit become notes.
struct DrawnBudgets: Sendable {
    struct Draw: Sendable, Equatable {
        var budget: BudgetKey
        /// Both ways, so far.
        var bytes: UInt64
        /// Drawn on from somewhere in the visit's middle: then only what moves tells of it, not that the visit ended.
        var isLater = false
    }

    var draws: [Draw] = []

    /// There was traffic in a minute, and so many bytes by then.
    mutating func grow(minute: Int64, to bytes: UInt64, _ note: (BudgetNote) -> Void) {
        for index in draws.indices {
            let before = draws[index].bytes
            if bytes <= before, draws[index].isLater { continue }
            note(BudgetNote(budget: draws[index].budget, minute: minute, bytes: bytes > before ? bytes &- before : 0))
            draws[index].bytes = max(bytes, before)
        }
    }

    /// Others are drawn on from here on.
    mutating func change(to draw: VisitDraw, _ note: (BudgetNote) -> Void) {
        let bytes = draw.up &+ draw.down
        for old in draws where bytes > old.bytes {
            note(BudgetNote(budget: old.budget, minute: draw.lastMinute, bytes: bytes &- old.bytes))
        }
        let known = Set(draws.map(\.budget))
        if draw.isTraffic {
            for target in draw.targets where !known.contains(target.budget) {
                note(BudgetNote(budget: target.budget, minute: draw.minute, visits: draw.isPage ? 1 : 0))
            }
        }
        draws = draw.targets.map { Draw(budget: $0.budget, bytes: bytes, isLater: true) }
    }
}
