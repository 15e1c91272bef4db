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
    func bind(to row: inout SQLBinding, path: (inout SQLBinding) -> Void) {
        let changed = final != began
        row.put(boot)
        row.put(Int64(id.stream))
        row.put(Int64(bitPattern: id.sequence))
        row.put(time)
        row.put(client)
        row.putOrNull(address)
        row.putOrNull(user)
        row.putOrNull(group)
        row.putOrNull(method)
        row.putOrNull(scheme)
        row.putOrNull(host)
        row.putOrNull(Int64(port))
        path(&row)
        row.put(final.verdict)
        row.putOrNull(final.rule)
        row.putOrNull(final.category)
        row.putOrNull(reason)
        // Stored whole where the end changed it: no rule and no category are 0 there.
        row.put(changed ? began.verdict : nil)
        row.put(changed ? began.rule : nil)
        row.put(changed ? began.category : nil)
        row.putOrNull(Int64(status))
        row.put(Int64(bitPattern: up))
        row.put(Int64(bitPattern: down))
        row.put(milliseconds.map { Int64(clamping: $0) })
        row.put(outcome)
        row.put(isPage ? 1 : 0)
        row.putOrNull(mediaType)
        row.putOrNull(userAgent)
        row.put(Int64(bitPattern: generation))
        row.putOrNull(budget)
        row.putOrNull(final.list)
        row.putOrNull(changed ? began.list : 0)
    }
}
