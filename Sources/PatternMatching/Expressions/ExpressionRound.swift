/// The expressions of an index tried on one subject.
struct ExpressionRound {
    let index: MatchIndex
    let scratch: MatchScratch
    /// Where the subject's host begins.
    let hostStart: Int
    let already: SourceSet
    /// False only where a test compares: tries every expression, whatever the subject holds.
    var isFiltered = true

    mutating func run(_ subject: [UInt8], _ polarity: Polarity, _ visitor: inout some EntryVisitor, _ budget: inout MatchBudget) {
        subject.withUnsafeBufferPointer { subject in
            scratch.lower(subject)
            scratch.begin(expressions: index.expressionCount, runSets: index.runSets.count)
            guard isFiltered else {
                for number in 0..<index.expressionCount { confirm(number, subject, polarity, &visitor, &budget) }
                return
            }
            scratch.lowered.withUnsafeBufferPointer { index.literals.scan($0, into: scratch) }
            for number in scratch.candidates { confirm(Int(number), subject, polarity, &visitor, &budget) }
            for place in 0..<(index.always.count >> 2) { confirm(Int(index.always.word(place)), subject, polarity, &visitor, &budget) }
        }
    }

    private func confirm(
        _ number: Int, _ subject: UnsafeBufferPointer<UInt8>, _ polarity: Polarity, _ visitor: inout some EntryVisitor,
        _ budget: inout MatchBudget
    ) {
        guard !budget.failed else { return }
        let record = ExpressionRecord(index.expressions, number)
        guard polarity.takes(isException: record.isException), !visitor.isSettled(record, already: already), mayHold(record, subject)
        else { return }
        budget.spend(on: ExpressionPlace(index: ObjectIdentifier(index), number: number))
        guard !budget.failed else { return }
        guard let program = index.program(number, record, &budget), let isFound = isFound(program, record.kind, subject, &budget)
        else {
            budget.failed = true
            return
        }
        if isFound { visitor.visit(record) }
    }

    /// Whether the subject has the run that every match holds. For expressions that see a part of it in lower case the whole will do: the set
    /// has both cases.
    private func mayHold(_ record: ExpressionRecord, _ subject: UnsafeBufferPointer<UInt8>) -> Bool {
        let number = Int(record.runSet) - 1
        guard isFiltered, index.runSets.indices.contains(number) else { return true }
        return scratch.longestRun(of: index.runSets[number], number, in: subject) >= Int(record.runLength)
    }

    private func isFound(
        _ program: ExpressionHandle, _ kind: EntryKind, _ subject: UnsafeBufferPointer<UInt8>, _ budget: inout MatchBudget
    ) -> Bool? {
        guard kind == .expressionHostPath else {
            return ExpressionSearch(program: program, scratch: scratch, subject: subject).isFound(&budget)
        }
        return scratch.lowered.withUnsafeBufferPointer { lowered in
            let part = UnsafeBufferPointer(rebasing: lowered[min(hostStart, lowered.count)...])
            return ExpressionSearch(program: program, scratch: scratch, subject: part).isFound(&budget)
        }
    }
}
