/// Something wrong with an expression that compiles.
public enum ExpressionFinding: Sendable, Hashable {
    /// Trying it hit the match limit on so many of its probes: on a request it would end in a block for `policy_error`.
    case backtracks(probes: Int, of: Int)
    /// No URL holds a match, whatever it is.
    case neverMatches
    /// It is found in so many of the common hosts' URLs.
    case matchesMost(hosts: Int, of: Int)
}

extension ExpressionFinding: CustomStringConvertible {
    public var description: String {
        switch self {
        case .backtracks(let probes, let count):
            "the expression backtracks: \(probes) of its \(count) probes ran into the match limit, and a request that does is blocked"
        case .neverMatches: "the expression can never match: no URL holds what it asks for"
        case .matchesMost(let hosts, let count): "the expression matches \(hosts) of \(count) common sites"
        }
    }
}

/// Looks expressions over before they meet a request: whether they backtrack, can never match, or match half of the web.
public struct ExpressionCheck: Sendable {
    /// The URLs of common hosts, without their scheme from `hostStart` on.
    private let common: [[UInt8]]
    private static let hostStart = "https://".utf8.count

    /// - Parameter commonHosts: hosts of every kind, more than half of which no expression should match.
    public init(commonHosts: [String]) {
        common = commonHosts.map { Array("https://\($0)/".utf8) }
    }

    /// Everything that is wrong with an expression; nothing for entries of other kinds and for what does not compile, which adding it tells.
    public func findings(_ entry: ListEntry) -> [ExpressionFinding] {
        guard entry.kind == .expression || entry.kind == .expressionHostPath else { return [] }
        let pattern = Array(entry.text.utf8)
        guard let program = try? Expression(pattern, jit: false), let scratch = MatchScratch.current else { return [] }
        let shape = PatternReader.read(pattern)
        if let shape, let automaton = PatternAutomaton(shape), !automaton.matchesSome(URLSteps(entry.kind)) { return [.neverMatches] }
        var findings: [ExpressionFinding] = []
        if shape?.mayBacktrack ?? true {
            let (failed, tried) = ExpressionCheck.failures(program, ExpressionCheck.probes(shape, pattern), scratch)
            if failed > 0 { findings.append(.backtracks(probes: failed, of: tried)) }
        }
        let start = entry.kind == .expressionHostPath ? ExpressionCheck.hostStart : 0
        // One that cannot be tried counts as found: it would block.
        let found = common.count { ExpressionCheck.isFound(program, $0[start...], scratch) ?? true }
        if found > common.count / 2 { findings.append(.matchesMost(hosts: found, of: common.count)) }
        return findings
    }

    /// How many probes ran into the match limit of how many tried: after three nothing more is to be learned.
    private static func failures(_ program: Expression, _ probes: [[UInt8]], _ scratch: MatchScratch) -> (failed: Int, tried: Int) {
        var failed = 0
        for (index, probe) in probes.enumerated() {
            if isFound(program, probe[...], scratch) == nil { failed += 1 }
            if failed == 3 { return (failed, index + 1) }
        }
        return (failed, probes.count)
    }

    private static func isFound(_ program: Expression, _ subject: ArraySlice<UInt8>, _ scratch: MatchScratch) -> Bool? {
        subject.withUnsafeBufferPointer { subject in
            switch program.handle.run(subject, scratch.patient(steps: ExpressionSearch.mostSteps, to: nil), scratch.matches) {
            case .found: true
            case .notFound: false
            case .tooManySteps, .failed: nil
            }
        }
    }

    /// Texts on which a pattern that backtracks does: what leads to each repeated part, many turns of it, then bytes that end no match; all
    /// the pattern's own bytes after that, without which it may be given up at once.
    static func probes(_ shape: PatternShape?, _ pattern: [UInt8]) -> [[UInt8]] {
        let own = pattern.filter { $0 > 0x20 && $0 < 0x7f }
        guard let shape else {
            return Set(own.filter { ByteSet("abcdefghijklmnopqrstuvwxyz0123456789./-_").contains($0) }).sorted().prefix(16).map { byte in
                [UInt8](repeating: byte, count: turnBytes) + ending + own
            }
        }
        return shape.loops.flatMap { loop in
            loop.turns.prefix(8).map { turn in
                loop.lead.prefix(512) + repeatElement(turn, count: max(1, turnBytes / turn.count)).joined() + ending + own
            }
        }.prefix(128).map { $0 }
    }

    private static let turnBytes = 256
    private static let ending: [UInt8] = [0x01, 0x01]
}
