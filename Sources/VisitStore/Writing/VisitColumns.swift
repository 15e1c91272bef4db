internal import Visits

/// One row of `visit` but its path: numbers, where 0 stands for none unless said otherwise.
struct VisitColumns {
    var boot: Int64
    var id: VisitID
    var time: Int64
    var client: Int64
    var address: Int64
    var user: Int64
    var group: Int64
    var method: Int64
    var scheme: Int64
    var host: Int64
    var port: UInt16
    var began: VisitGround
    var final: VisitGround
    var reason: Int64
    var status: UInt16 = 0
    var up: UInt64 = 0
    var down: UInt64 = 0
    /// nil before the end.
    var milliseconds: UInt64?
    var outcome: Int64
    var isPage: Bool
    var mediaType: Int64 = 0
    var userAgent: Int64
    var generation: UInt64
    var budget: Int64

    /// Binds a row's parameters, in the order of ``WritingSQL/addVisit(rows:)``.
    /// - Parameter path: binds the path.
    func bind(to row: SQLStatement, path: (SQLStatement) -> Void) {
        let changed = final != began
        row.bind(boot).bind(Int64(id.stream)).bind(Int64(bitPattern: id.sequence)).bind(time).bind(client).bindOrNull(address)
        row.bindOrNull(user).bindOrNull(group).bindOrNull(method).bindOrNull(scheme).bindOrNull(host).bindOrNull(Int64(port))
        path(row)
        row.bind(final.verdict).bindOrNull(final.rule).bindOrNull(final.category).bindOrNull(reason)
        // Stored whole where the end changed it: no rule and no category are 0 there.
        if changed {
            row.bind(began.verdict).bind(began.rule).bind(began.category)
        } else {
            row.bindNull().bindNull().bindNull()
        }
        row.bindOrNull(Int64(status)).bind(Int64(bitPattern: up)).bind(Int64(bitPattern: down))
        row.bind(milliseconds.map { Int64(clamping: $0) }).bind(outcome).bind(isPage ? 1 : 0).bindOrNull(mediaType)
        row.bindOrNull(userAgent).bind(Int64(bitPattern: generation)).bindOrNull(budget).bindOrNull(final.list)
        row.bindOrNull(changed ? began.list : 0)
    }
}
