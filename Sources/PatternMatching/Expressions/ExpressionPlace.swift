/// An expression by the index it is in and its number there.
public struct ExpressionPlace: Sendable, Hashable {
    let index: ObjectIdentifier
    let number: Int
}

extension MatchIndex {
    /// What an expression of this index says and whose it is.
    /// - Returns: nil for one of another index.
    public func entry(at place: ExpressionPlace) -> (source: SourceID, evidence: MatchEvidence)? {
        guard place.index == ObjectIdentifier(self), (0..<expressionCount).contains(place.number) else { return nil }
        let record = ExpressionRecord(expressions, place.number)
        return (record.source, evidence(record))
    }

    func evidence(_ record: ExpressionRecord) -> MatchEvidence {
        let pattern = patterns.slice(Int(record.pattern), Int(record.length))
        return MatchEvidence(entry: String(decoding: pattern, as: UTF8.self), line: Int(record.line), kind: record.kind)
    }
}
