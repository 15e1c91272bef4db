internal import CPCRE2

/// One expression looked for in one subject within the budget of a request.
///
/// PCRE2 counts a match's steps anew at each place where a match may begin, and a step may run through the whole subject: with its limit alone
/// one call on a URL of a thousand bytes can take ten milliseconds and longer ones seconds. So a call gets few steps for a place, and of a long
/// subject few places; what needs more is tried place by place, with twice the steps each time, and the clock is looked at in between.
struct ExpressionSearch {
    let program: ExpressionHandle
    let scratch: MatchScratch
    let subject: UnsafeBufferPointer<UInt8>

    /// More than what ordinary expressions take at any place, by a factor of two.
    static let fewSteps: UInt32 = 64
    /// What one place may take at most.
    static let mostSteps: UInt32 = 100_000
    /// Places tried in one call; fewer where a step may take long because the subject is.
    private static let mostPlaces = 256
    private static let leastPlaces = 8
    private static let placesByBytes = 1 << 18

    /// Whether the expression is found; nil where that could not be told within the limits.
    func isFound(_ budget: inout MatchBudget) -> Bool? {
        guard subject.count < ExpressionSearch.mostPlaces || program.isIndivisible else { return isFoundInWindows(&budget) }
        switch program.run(subject, scratch.hasty, scratch.matches) {
        case .found: return true
        case .notFound: return false
        case .tooManySteps: return program.isIndivisible ? isFoundAtOnce(&budget) : isFound(at: 0...subject.count, &budget)
        case .failed: return nil
        }
    }

    private func isFoundInWindows(_ budget: inout MatchBudget) -> Bool? {
        let width = min(max(ExpressionSearch.placesByBytes / subject.count, ExpressionSearch.leastPlaces), ExpressionSearch.mostPlaces)
        var first = 0
        while first <= subject.count {
            let last = min(first + width - 1, subject.count)
            switch program.run(subject, from: first, scratch.hasty(to: last), scratch.matches) {
            case .found: return true
            case .notFound: break
            case .tooManySteps:
                guard let isFound = isFound(at: first...last, &budget) else { return nil }
                if isFound { return true }
            case .failed: return nil
            }
            first = last + 1
            budget.look()
            if budget.failed { return nil }
        }
        return false
    }

    /// Place by place.
    private func isFound(at places: ClosedRange<Int>, _ budget: inout MatchBudget) -> Bool? {
        var now = budget.look()
        for place in places {
            guard let isFound = isFound(from: place, to: place, &now, &budget) else { return nil }
            if isFound { return true }
        }
        return false
    }

    private func isFoundAtOnce(_ budget: inout MatchBudget) -> Bool? {
        var now = budget.look()
        return isFound(from: 0, to: nil, &now, &budget)
    }

    /// With twice the steps each time.
    private func isFound(from first: Int, to last: Int?, _ now: inout UInt64, _ budget: inout MatchBudget) -> Bool? {
        var steps = ExpressionSearch.fewSteps
        while !budget.failed {
            let outcome = program.run(subject, from: first, scratch.patient(steps: steps, to: last), scratch.matches)
            if outcome == .found { return true }
            now = budget.look(doublingSince: outcome == .tooManySteps ? now : nil)
            if outcome == .notFound { return budget.failed ? nil : false }
            guard outcome == .tooManySteps, steps < ExpressionSearch.mostSteps else { return nil }
            steps = min(steps * 2, ExpressionSearch.mostSteps)
        }
        return nil
    }
}
