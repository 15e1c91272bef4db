/// A pattern's shape as a machine that reads bytes, to ask whether any URL at all can hold a match.
struct PatternAutomaton {
    private enum Step {
        case free(Int)
        case byte(ByteSet, Int)
        case start(Int)
        case end(Int)
    }

    private var steps: [[Step]] = [[], []]
    /// Bounded repetitions are written out; a pattern that gets larger than this is not judged.
    private static let mostStates = 20_000

    /// nil where the pattern is too large to be judged.
    init?(_ shape: PatternShape) {
        guard build(shape, from: 0, to: 1) else { return nil }
    }

    private mutating func state() -> Int? {
        guard steps.count < PatternAutomaton.mostStates else { return nil }
        steps.append([])
        return steps.count - 1
    }

    private mutating func build(_ shape: PatternShape, from: Int, to: Int) -> Bool {
        switch shape {
        case .bytes(let set): steps[from].append(.byte(set, to))
        case .start: steps[from].append(.start(to))
        case .end: steps[from].append(.end(to))
        case .wordEdge: steps[from].append(.free(to))
        case .anything:
            guard let loop = state() else { return false }
            steps[from].append(.free(loop))
            steps[loop] += [.byte(.all, loop), .free(to)]
        case .sequence(let parts):
            var here = from
            for part in parts {
                guard let next = state(), build(part, from: here, to: next) else { return false }
                here = next
            }
            steps[here].append(.free(to))
        case .either(let branches):
            for branch in branches {
                guard let first = state() else { return false }
                steps[from].append(.free(first))
                guard build(branch, from: first, to: to) else { return false }
            }
        case .repeated(let inner, let least, let most): return buildRepeated(inner, least, most, from: from, to: to)
        }
        return true
    }

    private mutating func buildRepeated(_ inner: PatternShape, _ least: Int, _ most: Int?, from: Int, to: Int) -> Bool {
        var here = from
        for _ in 0..<least {
            guard let next = state(), build(inner, from: here, to: next) else { return false }
            here = next
        }
        guard let most else {
            guard let loop = state(), let back = state() else { return false }
            steps[here].append(.free(loop))
            steps[loop].append(.free(to))
            steps[back].append(.free(loop))
            return build(inner, from: loop, to: back)
        }
        steps[here].append(.free(to))
        for _ in min(least, most)..<most {
            guard let next = state(), build(inner, from: here, to: next) else { return false }
            steps[next].append(.free(to))
            here = next
        }
        return true
    }

    /// Whether some URL holds a match somewhere.
    func matchesSome(_ url: URLSteps) -> Bool {
        let width = URLSteps.states
        var seen = [Bool](repeating: false, count: steps.count * width)
        var open: [Int] = []
        func reach(_ state: Int, _ place: Int) {
            let index = state * width + place
            if !seen[index] {
                seen[index] = true
                open.append(index)
            }
        }
        for place in url.reachable { reach(0, place) }
        while let index = open.popLast() {
            let (state, place) = (index / width, index % width)
            if state == 1 { return true }
            for step in steps[state] {
                switch step {
                case .free(let next): reach(next, place)
                case .start(let next): if place == url.first { reach(next, place) }
                case .end(let next): if url.mayEnd(place) { reach(next, URLSteps.ended) }
                case .byte(let set, let next):
                    for (bytes, after) in url.moves(place) where bytes.intersects(set) { reach(next, after) }
                }
            }
        }
        return false
    }
}
