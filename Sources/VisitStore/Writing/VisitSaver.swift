internal import GRDB
internal import PatternMatching
internal import PolicyCore
internal import Visits

/// Stores a batch: rows, roll-ups, gaps and positions, inside the caller's transaction. Used on the writer's connection only.
final class VisitSaver {
    let interner: Interner
    private let rollUpWriter: RollUpWriter
    let drawnSaver: DrawnSaver
    var rollUps: RollUpBatch
    private var boots: [UInt64: Int64] = [:]
    let addVisit: SQLStatement, addVisits: SQLStatement, addOpen: SQLStatement
    private let endVisit: SQLStatement, growVisit: SQLStatement, addActivity: SQLStatement
    private let moveOpen: SQLStatement, removeOpen: SQLStatement, addBoot: SQLStatement, findBoot: SQLStatement
    private let movePosition: SQLStatement, addGap: SQLStatement, addCount: SQLStatement

    init(zone: ReportingZone, site: @escaping @Sendable (String) -> String, in database: Database) throws {
        interner = try Interner(site: site, in: database)
        rollUpWriter = try RollUpWriter(in: database)
        drawnSaver = try DrawnSaver(interner, in: database)
        rollUps = RollUpBatch(zone: zone)
        addVisit = try SQLStatement(WritingSQL.addVisit(rows: 1), in: database)
        addVisits = try SQLStatement(WritingSQL.addVisit(rows: WritingSQL.mostRows), in: database)
        endVisit = try SQLStatement(WritingSQL.endVisit, in: database)
        growVisit = try SQLStatement(WritingSQL.growVisit, in: database)
        addActivity = try SQLStatement(WritingSQL.addActivity, in: database)
        addOpen = try SQLStatement(WritingSQL.addOpen, in: database)
        moveOpen = try SQLStatement(WritingSQL.moveOpen, in: database)
        removeOpen = try SQLStatement(WritingSQL.removeOpen, in: database)
        addBoot = try SQLStatement(WritingSQL.addBoot, in: database)
        findBoot = try SQLStatement(WritingSQL.findBoot, in: database)
        movePosition = try SQLStatement(WritingSQL.movePosition, in: database)
        addGap = try SQLStatement(WritingSQL.addGap, in: database)
        addCount = try SQLStatement(WritingSQL.addCount, in: database)
    }

    /// - Returns: the number of the first row inserted; the others' follow it, in the order they began. nil where there is none.
    func save(_ batch: VisitBatch, in database: Database, _ turns: inout ShortTurns) throws -> Int64? {
        let first = try insert(batch, in: database, &turns)
        for visit in batch.touched {
            try update(visit, in: database)
            turns.step()
        }
        for gap in batch.gaps {
            try addGap.bind(gap.from.milliseconds).bind(gap.to.milliseconds).bind(gap.missing.map { Int64(clamping: $0) })
                .bind(gap.cause).run()
            try addCount.bind("missing").bind(Int64(clamping: gap.missing ?? 0)).run()
        }
        try interner.saveSeen()
        try rollUpWriter.write(rollUps, &turns)
        rollUps.removeAll()
        if !batch.begun.isEmpty { try addCount.bind("stored").bind(Int64(batch.begun.count)).run() }
        return first
    }

    func save(_ position: StreamPosition, kernel: UInt64) throws {
        try movePosition.bind(try number(ofBoot: position.boot, kernel: kernel)).bind(Int64(position.stream)).bind(Int64(position.number))
            .bind(Int64(position.offset)).bind(Int64(bitPattern: position.sequence)).bind(position.lastTime)
            .bind(position.isClosed ? 1 : 0).run()
    }

    func number(ofBoot code: UInt64, kernel: UInt64 = 0) throws -> Int64 {
        if let id = boots[code] { return id }
        try addBoot.bind(Int64(bitPattern: code)).bind(Int64(bitPattern: kernel)).run()
        guard let id = try findBoot.bind(Int64(bitPattern: code)).number() else { throw VisitStoreError.database("a boot got no number") }
        boots[code] = id
        return id
    }

    /// Looks the numbers of a visit's texts up, after a restart or before its first save.
    func identify(_ visit: RunningVisit) throws {
        let beginning = visit.beginning
        let time = beginning.time.milliseconds
        visit.began = VisitGround(
            verdict: beginning.verdict.code, rule: try interner.term(.rule, beginning.rule) ?? 0,
            category: try interner.term(.category, beginning.category) ?? 0, list: try interner.term(.list, beginning.list) ?? 0)
        visit.final = visit.began
        visit.client = try interner.number(ofClient: beginning.client, time: time)
        // What a used-up budget blocked does not count against it.
        let budget = beginning.verdict == .allow ? beginning.budget : nil
        visit.budget = try interner.term(.budget, budget.map(BudgetText.encode)) ?? 0
        visit.site = try interner.host(beginning.host, time: time).site
    }

    func finalGround(_ visit: RunningVisit) throws -> VisitGround {
        if visit.end == nil { return visit.began }
        let ground = visit.ground
        return VisitGround(
            verdict: ground.verdict.code, rule: try interner.term(.rule, ground.rule) ?? 0,
            category: try interner.term(.category, ground.category) ?? 0, list: try interner.term(.list, ground.list) ?? 0)
    }

    private func update(_ visit: RunningVisit, in database: Database) throws {
        visit.isTouched = false
        guard let number = visit.number else { return }
        let boot = try self.number(ofBoot: visit.id.boot)
        if let end = visit.end {
            let final = try finalGround(visit)
            let changed = final != visit.began
            endVisit.bind(final.verdict).bind(final.rule.orNil).bind(final.category.orNil)
            endVisit.bind(try interner.term(.reason, visit.ground.reason)).bind(changed ? visit.began.verdict : nil)
            endVisit.bind(changed ? visit.began.rule : nil).bind(changed ? visit.began.category : nil)
            endVisit.bind(final.list.orNil).bind(changed ? visit.began.list.orNil : nil)
            endVisit.bind(Int64(end.status).orNil).bind(Int64(bitPattern: visit.up)).bind(Int64(bitPattern: visit.down))
            endVisit.bind(Int64(clamping: end.milliseconds)).bind(end.outcome.code).bind(try interner.term(.mediaType, end.mediaType))
            try endVisit.bind(number).run()
            try removeOpen.bind(boot).bind(Int64(visit.id.stream)).bind(Int64(bitPattern: visit.id.sequence)).run()
            if changed {
                count(visit, as: visit.final, -1, budget: 0)
                count(visit, as: final, 1, budget: 0)
                visit.final = final
            }
        } else {
            try growVisit.bind(Int64(bitPattern: visit.up)).bind(Int64(bitPattern: visit.down)).bind(number).run()
            try moveOpen.bind(visit.lastMinute).bind(boot).bind(Int64(visit.id.stream)).bind(Int64(bitPattern: visit.id.sequence)).run()
        }
        try drawnSaver.save(visit, boot: boot, &rollUps, in: database)
        try saveTraffic(visit)
    }

    /// The visit itself, counted where it began.
    /// - Parameter first: what it did in that quarter hour, where that is counted in the same rows.
    func count(
        _ visit: RunningVisit, as ground: VisitGround, _ sign: Int64, budget: Int64, with first: QuarterTraffic? = nil
    ) {
        let totals = RollUpTotals(
            visits: sign, pageviews: visit.beginning.isPage ? sign : 0, blocked: ground.verdict == VisitVerdict.block.code ? sign : 0,
            up: first?.up ?? 0, down: first?.down ?? 0, bits: first?.bits ?? 0)
        rollUps.add(
            totals, quarter: visit.implied.quarter, client: visit.client, site: visit.site, ground: ground, budget: budget)
    }

    /// Bytes and minutes since the last save, counted where they flowed.
    func saveTraffic(_ visit: RunningVisit, isFirstCounted: Bool = false) throws {
        guard let number = visit.number else { return }
        if visit.hasActivity || visit.isBeyondImplied {
            if !visit.hasActivity {
                var first = visit.implied
                first.up = visit.savedUp
                first.down = visit.savedDown
                try save(first, of: number)
                visit.hasActivity = true
            }
            for quarter in visit.fresh { try save(quarter, of: number) }
        }
        for quarter in visit.fresh.dropFirst(isFirstCounted ? 1 : 0) where quarter.bits != 0 || quarter.up != 0 || quarter.down != 0 {
            let totals = RollUpTotals(up: quarter.up, down: quarter.down, bits: quarter.bits)
            rollUps.add(
                totals, quarter: quarter.quarter, client: visit.client, site: visit.site, ground: visit.began,
                budget: quarter.isDrawn ? 0 : visit.budget)
        }
        visit.fresh.removeAll(keepingCapacity: true)
        visit.savedUp = visit.up
        visit.savedDown = visit.down
    }

    private func save(_ quarter: QuarterTraffic, of visit: Int64) throws {
        try addActivity.bind(visit).bind(quarter.quarter).bind(Int64(bitPattern: quarter.bits)).bind(Int64(bitPattern: quarter.up))
            .bind(Int64(bitPattern: quarter.down)).run()
    }
}

extension Int64 {
    /// nil for 0, which stands for none.
    var orNil: Int64? { self == 0 ? nil : self }
}
