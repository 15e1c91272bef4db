internal import PatternMatching
internal import PolicyCore
internal import Visits

/// A beginning as its frame says it. Its texts stay among the frame's bytes: most are known to the database by a number already.
struct BeginningFields {
    var time: Instant
    var verdict: VisitVerdict
    var isPage: Bool
    var address: IPAddress?
    var port: UInt16 = 0
    var generation: UInt64 = 0
    var client = TextSpan()
    var user = TextSpan()
    var group = TextSpan()
    var method = TextSpan()
    var scheme = TextSpan()
    var host = TextSpan()
    var path = TextSpan()
    var rule = TextSpan()
    var category = TextSpan()
    var reason = TextSpan()
    var userAgent = TextSpan()
    var budget = TextSpan()
    var list = TextSpan()

    /// - Parameter frame: the bytes it was read from.
    func visit(in frame: UnsafeRawBufferPointer) -> VisitBeginning {
        VisitBeginning(
            time: time, client: client.text(in: frame) ?? "", address: address, user: user.text(in: frame), group: group.text(in: frame),
            method: method.text(in: frame) ?? "", scheme: scheme.text(in: frame) ?? "", host: host.text(in: frame) ?? "", port: port,
            path: path.text(in: frame), verdict: verdict, rule: rule.text(in: frame), category: category.text(in: frame),
            reason: reason.text(in: frame), generation: generation, isPage: isPage, userAgent: userAgent.text(in: frame),
            budget: budget.text(in: frame).flatMap { BudgetText.decode($0) }, list: list.text(in: frame))
    }
}

/// An end as its frame says it.
struct EndFields {
    var status: UInt16
    var up: UInt64
    var down: UInt64
    var milliseconds: UInt64
    var outcome: Outcome
    var lastMinute: Int64
    var verdict: VisitVerdict?
    var mediaType = TextSpan()
    var rule = TextSpan()
    var category = TextSpan()
    var reason = TextSpan()
    var list = TextSpan()

    /// - Parameter frame: the bytes it was read from.
    func end(_ id: VisitID, in frame: UnsafeRawBufferPointer) -> VisitEnd {
        VisitEnd(
            id: id, status: status, up: up, down: down, milliseconds: milliseconds, outcome: outcome,
            mediaType: mediaType.text(in: frame), verdict: verdict, rule: rule.text(in: frame), category: category.text(in: frame),
            reason: reason.text(in: frame), list: list.text(in: frame), lastMinute: lastMinute)
    }
}
