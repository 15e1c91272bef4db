internal import GRDB
internal import PolicyCore
internal import Visits

/// Visits that are not in the database yet: rows are inserted many at once, as beginning and ending a statement costs about what a row does.
extension VisitSaver {
    /// - Returns: the number of the first row; the others' follow it. nil where there is none.
    func insert(_ batch: VisitBatch, in database: Database, _ turns: inout ShortTurns) throws -> Int64? {
        var first: Int64?
        try batch.whole.withBytes { bytes in
            var place = 0
            while place < batch.begun.count {
                let isMany = batch.begun.count &- place >= WritingSQL.mostRows
                let statement = isMany ? addVisits : addVisit
                let places = place..<(isMany ? place &+ WritingSQL.mostRows : place &+ 1)
                for index in places {
                    switch batch.begun[index] {
                    case .whole(let whole): try bind(batch.whole.visits[whole], bytes, to: statement)
                    case .running(let visit): try bind(visit, to: statement)
                    }
                }
                try statement.run()
                let number = database.lastInsertedRowID &- Int64(places.count &- 1)
                first = first ?? number
                for index in places {
                    if case .running(let visit) = batch.begun[index] { try inserted(visit, number &+ Int64(index &- place), in: database) }
                    turns.step()
                }
                place = places.upperBound
            }
        }
        return first
    }

    /// A visit kept as its frames, which began and ended in one minute. Counted in the roll-ups, too.
    /// - Parameter bytes: where its frames are; they stay there until the statement was run.
    private func bind(_ visit: WholeVisits.Visit, _ bytes: UnsafeRawBufferPointer, to statement: SQLStatement) throws {
        guard let end = visit.end else { throw VisitStoreError.database("a visit without an end was kept as frames") }
        let beginning = visit.beginning
        let frame = visit.beginningFrame(in: bytes)
        let time = beginning.time.milliseconds
        func term(_ kind: TermKind, _ span: TextSpan) throws -> Int64 { try interner.term(kind, span.bytes(in: frame)) }
        let began = VisitGround(
            verdict: beginning.verdict.code, rule: try term(.rule, beginning.rule), category: try term(.category, beginning.category),
            list: try term(.list, beginning.list))
        let (final, reason) = try ground(visit, end, began, bytes)
        let client = try interner.number(ofClient: beginning.client.bytes(in: frame), time: time)
        let host = try interner.host(beginning.host.bytes(in: frame), time: time)
        var row = VisitColumns(
            boot: try number(ofBoot: visit.id.boot), id: visit.id, time: time, client: client,
            address: try interner.address(beginning.address), user: try term(.user, beginning.user),
            group: try term(.group, beginning.group), method: try term(.method, beginning.method),
            scheme: try term(.scheme, beginning.scheme), host: host.host, port: beginning.port, began: began, final: final, reason: reason,
            outcome: end.outcome.code, isPage: beginning.isPage, userAgent: try term(.userAgent, beginning.userAgent),
            generation: beginning.generation,
            // What a used-up budget blocked does not count against it.
            budget: beginning.verdict == .allow ? try term(.budget, beginning.budget) : 0)
        (row.status, row.up, row.down, row.milliseconds) = (end.status, end.up, end.down, end.milliseconds)
        row.mediaType = try interner.term(.mediaType, end.mediaType.bytes(in: visit.endFrame(in: bytes)))
        see(row)
        row.bind(to: &statement.binding) { $0.put(staying: beginning.path, in: frame) }
        count(row, beginning, site: host.site)
    }

    /// What stands in the end, as ``RunningVisit/ground`` has it.
    private func ground(
        _ visit: WholeVisits.Visit, _ end: EndFields, _ began: VisitGround, _ bytes: UnsafeRawBufferPointer
    ) throws -> (VisitGround, reason: Int64) {
        let (first, last) = (visit.beginningFrame(in: bytes), visit.endFrame(in: bytes))
        let isWhole = end.verdict != nil || !end.rule.isNone
        let reason =
            isWhole || !end.reason.isNone
            ? try interner.term(.reason, end.reason.bytes(in: last))
            : try interner.term(.reason, visit.beginning.reason.bytes(in: first))
        var final = began
        if isWhole {
            if let verdict = end.verdict { final.verdict = verdict.code }
            final.rule = try interner.term(.rule, end.rule.bytes(in: last))
        }
        if isWhole || !end.category.isNone { final.category = try interner.term(.category, end.category.bytes(in: last)) }
        if isWhole || !end.list.isNone { final.list = try interner.term(.list, end.list.bytes(in: last)) }
        return (final, reason)
    }

    private func count(_ row: VisitColumns, _ beginning: BeginningFields, site: Int64) {
        let (quarter, bit) = QuarterTraffic.split(minute: beginning.time.minute)
        let isPage: Int64 = beginning.isPage ? 1 : 0
        var totals = RollUpTotals(visits: 1, pageviews: isPage, blocked: row.final.verdict == VisitVerdict.block.code ? 1 : 0)
        let traffic = RollUpTotals(up: row.up, down: row.down, bits: beginning.verdict == .allow ? bit : 0)
        let changed = row.final != row.began
        if !changed { totals += traffic }
        rollUps.add(totals, quarter: quarter, client: row.client, site: site, ground: row.final, budget: row.budget)
        // Traffic counts under what was decided first.
        if changed && traffic != RollUpTotals() {
            rollUps.add(traffic, quarter: quarter, client: row.client, site: site, ground: row.began, budget: row.budget)
        }
    }

    private func see(_ row: VisitColumns) {
        interner.see(
            Interner.Seen(
                client: row.client, time: row.time, group: row.group, address: row.address, user: row.user, userAgent: row.userAgent))
    }

    private func bind(_ visit: RunningVisit, to statement: SQLStatement) throws {
        let beginning = visit.beginning
        try identify(visit)
        visit.final = try finalGround(visit)
        var row = VisitColumns(
            boot: try number(ofBoot: visit.id.boot), id: visit.id, time: beginning.time.milliseconds, client: visit.client,
            address: try interner.address(beginning.address), user: try interner.term(.user, beginning.user) ?? 0,
            group: try interner.term(.group, beginning.group) ?? 0, method: try interner.term(.method, beginning.method) ?? 0,
            scheme: try interner.term(.scheme, beginning.scheme) ?? 0,
            host: try interner.host(beginning.host, time: beginning.time.milliseconds).host, port: beginning.port, began: visit.began,
            final: visit.final, reason: try interner.term(.reason, visit.ground.reason) ?? 0, up: visit.up, down: visit.down,
            outcome: (visit.end?.outcome ?? .open).code, isPage: beginning.isPage,
            userAgent: try interner.term(.userAgent, beginning.userAgent) ?? 0, generation: beginning.generation, budget: visit.budget)
        if let end = visit.end {
            (row.status, row.milliseconds) = (end.status, end.milliseconds)
            row.mediaType = try interner.term(.mediaType, end.mediaType) ?? 0
        }
        see(row)
        row.bind(to: &statement.binding) { $0.put(beginning.path) }
    }

    /// - Parameter number: of its row.
    private func inserted(_ visit: RunningVisit, _ number: Int64, in database: Database) throws {
        visit.number = number
        let boot = try self.number(ofBoot: visit.id.boot)
        if visit.end == nil {
            try addOpen.bind(boot).bind(Int64(visit.id.stream)).bind(Int64(bitPattern: visit.id.sequence)).bind(number)
                .bind(visit.lastMinute).run()
        }
        let first = visit.final != visit.began ? nil : visit.fresh.first
        // A budget counts what its rule allowed, whatever came of it.
        count(visit, as: visit.final, 1, budget: visit.budget, with: first)
        try drawnSaver.save(visit, boot: boot, &rollUps, in: database)
        try saveTraffic(visit, isFirstCounted: first != nil)
    }
}
