extension MatchIndex {
    var expressionCount: Int { expressions.count / (4 * ExpressionRecord.wordCount) }

    /// Visits every expression that is found, but those whose answer would change nothing.
    func walkExpressions(
        _ url: RequestURL, _ lookedAt: LookedAt, already: SourceSet, visitor: inout some EntryVisitor, budget: inout MatchBudget
    ) {
        guard !budget.failed else { return }
        guard let scratch = MatchScratch.current else {
            budget.failed = true
            return
        }
        var round = ExpressionRound(index: self, scratch: scratch, hostStart: url.hostRange.lowerBound, already: already)
        let raw = url.sent ?? url.bytes
        switch lookedAt {
        case .exceptionsAsSent: round.run(raw, .exceptions, &visitor, &budget)
        case .sent where url.sent != nil:
            round.run(raw, .entries, &visitor, &budget)
            if hasExceptionExpressions { round.run(url.bytes, .exceptions, &visitor, &budget) }
        case .canonical, .sent: round.run(url.bytes, .both, &visitor, &budget)
        }
    }

    /// The program of an expression, compiled at its first use; nil where it does not compile.
    func program(_ number: Int, _ record: ExpressionRecord, _ budget: inout MatchBudget) -> ExpressionHandle? {
        guard programs.isMade(number) else { return budget.pausing { makeProgram(number, record) } }
        return programs.program(number)
    }

    /// Compiles what every request will try, so that no request waits for all of it at once.
    func makeProgramsAlwaysTried() {
        for place in 0..<(always.count >> 2) {
            let number = Int(always.word(place))
            _ = makeProgram(number, ExpressionRecord(expressions, number))
        }
    }

    /// Shares the programs that were compiled for the same patterns in the index this one takes the place of: what requests need of them was
    /// compiled then, and no request waits for it again. Call before the index serves, away from the event loops.
    public func takePrograms(from old: MatchIndex) {
        guard expressionCount > 0, old.expressionCount > 0 else { return }
        var made: [[UInt8]: Expression] = [:]
        for number in 0..<old.expressionCount {
            guard let program = old.programs.shared(number) else { continue }
            made[Array(old.pattern(ExpressionRecord(old.expressions, number)))] = program
        }
        guard !made.isEmpty else { return }
        for number in 0..<expressionCount {
            guard let program = made[Array(pattern(ExpressionRecord(expressions, number)))] else { continue }
            programs.take(program, at: number)
        }
    }

    private func pattern(_ record: ExpressionRecord) -> UnsafeRawBufferPointer { patterns.slice(Int(record.pattern), Int(record.length)) }

    private func makeProgram(_ number: Int, _ record: ExpressionRecord) -> ExpressionHandle? {
        programs.make(number, pattern(record))
    }
}
