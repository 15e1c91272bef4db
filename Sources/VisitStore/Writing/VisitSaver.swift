internal import GRDB
internal import PatternMatching
internal import PolicyCore
internal import Visits

/// Stores a batch: rows, roll-ups, gaps and positions, inside the caller's transaction. Used on the writer's connection only.
final class VisitSaver {
    private let interner: Interner
    private let rollUpWriter: RollUpWriter
    private let drawnSaver: DrawnSaver
    private var rollUps: RollUpBatch
    private var boots: [UInt64: Int64] = [:]
    private let addVisit: SQLStatement, endVisit: SQLStatement, growVisit: SQLStatement, addActivity: SQLStatement
    private let addOpen: SQLStatement, moveOpen: SQLStatement, removeOpen: SQLStatement, addBoot: SQLStatement, findBoot: SQLStatement
    private let movePosition: SQLStatement, addGap: SQLStatement, addCount: SQLStatement

    init(zone: ReportingZone, site: @escaping @Sendable (String) -> String, in database: Database) throws {
        interner = try Interner(site: site, in: database)
        rollUpWriter = try RollUpWriter(in: database)
        drawnSaver = try DrawnSaver(interner, in: database)
        rollUps = RollUpBatch(zone: zone)
        addVisit = try SQLStatement(WritingSQL.addVisit, in: database)
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

    func save(_ batch: VisitBatch, in database: Database, _ turns: inout ShortTurns) throws {
        for visit in batch.begun {
            try insert(visit, in: database)
            turns.step()
        }
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

    private func finalGround(_ visit: RunningVisit) throws -> VisitGround {
        if visit.end == nil { return visit.began }
        let ground = visit.ground
        return VisitGround(
            verdict: ground.verdict.code, rule: try interner.term(.rule, ground.rule) ?? 0,
            category: try interner.term(.category, ground.category) ?? 0, list: try interner.term(.list, ground.list) ?? 0)
    }

    private func insert(_ visit: RunningVisit, in database: Database) throws {
        let beginning = visit.beginning
        try identify(visit)
        try interner.see(beginning)
        visit.final = try finalGround(visit)
        let end = visit.end
        let changed = visit.final != visit.began
        let boot = try number(ofBoot: visit.id.boot)
        addVisit.bind(boot).bind(Int64(visit.id.stream)).bind(Int64(bitPattern: visit.id.sequence))
        addVisit.bind(beginning.time.milliseconds).bind(visit.client).bind(try interner.address(beginning.address))
        addVisit.bind(try interner.term(.user, beginning.user)).bind(try interner.term(.group, beginning.group))
        addVisit.bind(try interner.term(.method, beginning.method)).bind(try interner.term(.scheme, beginning.scheme))
        addVisit.bind(try interner.host(beginning.host, time: beginning.time.milliseconds).host)
        addVisit.bind(beginning.port == 0 ? nil : Int64(beginning.port)).bind(beginning.path)
        addVisit.bind(visit.final.verdict).bind(visit.final.rule.orNil).bind(visit.final.category.orNil)
        addVisit.bind(try interner.term(.reason, visit.ground.reason))
        addVisit.bind(changed ? visit.began.verdict : nil).bind(changed ? visit.began.rule : nil)
        addVisit.bind(changed ? visit.began.category : nil)
        addVisit.bind(end.flatMap { Int64($0.status).orNil }).bind(Int64(bitPattern: visit.up)).bind(Int64(bitPattern: visit.down))
        addVisit.bind(end.map { Int64(clamping: $0.milliseconds) }).bind((end?.outcome ?? .open).code).bind(beginning.isPage ? 1 : 0)
        addVisit.bind(try interner.term(.mediaType, end?.mediaType)).bind(try interner.term(.userAgent, beginning.userAgent))
        addVisit.bind(Int64(bitPattern: beginning.generation)).bind(visit.budget.orNil)
        addVisit.bind(visit.final.list.orNil).bind(changed ? visit.began.list.orNil : nil)
        try addVisit.run()
        visit.number = database.lastInsertedRowID
        if end == nil {
            try addOpen.bind(boot).bind(Int64(visit.id.stream)).bind(Int64(bitPattern: visit.id.sequence)).bind(visit.number)
                .bind(visit.lastMinute).run()
        }
        let first = changed ? nil : visit.fresh.first
        // A budget counts what its rule allowed, whatever came of it.
        count(visit, as: visit.final, 1, budget: visit.budget, with: first)
        try drawnSaver.save(visit, boot: boot, &rollUps, in: database)
        try saveTraffic(visit, isFirstCounted: first != nil)
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
    private func count(
        _ visit: RunningVisit, as ground: VisitGround, _ sign: Int64, budget: Int64, with first: QuarterTraffic? = nil
    ) {
        let totals = RollUpTotals(
            visits: sign, pageviews: visit.beginning.isPage ? sign : 0, blocked: ground.verdict == VisitVerdict.block.code ? sign : 0,
            up: first?.up ?? 0, down: first?.down ?? 0, bits: first?.bits ?? 0)
        rollUps.add(
            totals, quarter: visit.implied.quarter, client: visit.client, site: visit.site, ground: ground, budget: budget)
    }

    /// Bytes and minutes since the last save, counted where they flowed.
    private func saveTraffic(_ visit: RunningVisit, isFirstCounted: Bool = false) throws {
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
