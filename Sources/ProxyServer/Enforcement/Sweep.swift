/// How far one loop has come in judging again everything that runs, a slice at a time. What runs is kept in an unordered ``Register``, which
/// is gone through from its end: what leaves meanwhile is replaced by what was seen already, and what is new was judged when it came.
struct Sweep {
    /// Places below this one are still to be looked at; nil while no sweep is under way.
    private var below: Int?
    /// What asked for a sweep while one was under way gets one of its own: a policy published every few milliseconds starves nobody.
    private var isAskedAgain = false

    var isUnderWay: Bool { below != nil }

    /// - Parameter count: how many run.
    mutating func begin(count: Int) {
        if below == nil { below = count } else { isAskedAgain = true }
    }

    /// The place to be looked at next.
    /// - Parameter count: how many run now.
    /// - Returns: nil where the sweep is over.
    mutating func next(count: Int) -> Int? {
        guard let below else { return nil }
        var place = min(below, count) - 1
        if place < 0, isAskedAgain {
            isAskedAgain = false
            place = count - 1
        }
        guard place >= 0 else {
            self.below = nil
            return nil
        }
        self.below = place
        return place
    }
}
