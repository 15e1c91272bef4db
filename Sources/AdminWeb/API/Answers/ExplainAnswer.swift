import PolicyCore

/// What would be decided, the whole path to it, and what cannot be known.
struct ExplainAnswer: Encodable {
    var explanation: Explanation
    var trace: [TraceStep]
    var path: VerdictPath
    var revision: Int64?
    var notes: [String]

    init(_ answer: WhyAnswer, _ t: Messages) {
        explanation = answer.path.explanation
        trace = answer.path.steps
        path = answer.path
        revision = answer.revision
        notes = answer.notes.map { t($0.key, $0.value) }
    }
}
