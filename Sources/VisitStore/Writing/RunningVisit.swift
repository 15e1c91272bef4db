internal import PolicyCore
internal import Visits

/// The numbers a visit's verdict, rule, category and list are stored as; 0 stands for none.
struct VisitGround: Hashable {
    var verdict: Int64
    var rule: Int64
    var category: Int64
    var list: Int64 = 0

    /// Answered by Weir itself: whatever else is allowed is allowed by a rule or a default.
    var isOwnPage: Bool { verdict == VisitVerdict.allow.code && rule == 0 }
}

extension RunningVisit {
    /// Traffic under a budget that was not the beginning's, in one quarter hour.
    struct Drawn {
        var target: VisitDraw.Target
        var quarter: Int64
        var bits: UInt64 = 0
        var bytes: UInt64 = 0
        var pages: Int64 = 0
    }
}

/// A visit between its beginning and its end, as the batch writer knows it.
final class RunningVisit {
    let id: VisitID
    let beginning: VisitBeginning
    /// The row in the database once there is one.
    var number: Int64?
    var client: Int64 = 0
    var site: Int64 = 0
    var budget: Int64 = 0
    /// What was decided first: traffic counts there.
    var began = VisitGround(verdict: 0, rule: 0, category: 0)
    /// What stands in the end: the visit counts there.
    var final = VisitGround(verdict: 0, rule: 0, category: 0)
    private(set) var up: UInt64 = 0
    private(set) var down: UInt64 = 0
    /// Bytes at the last save.
    var savedUp: UInt64 = 0
    var savedDown: UInt64 = 0
    /// Traffic since the last save.
    var fresh: [QuarterTraffic] = []
    var hasActivity = false
    /// What it draws on in place of its beginning's budget; nil where that is the same still.
    private(set) var draws: [VisitDraw.Target]?
    /// Drawn since the last save.
    var freshDrawn: [Drawn] = []
    /// Whether what the beginning's budget has of it was written apart.
    var isBudgetApart = false
    /// Whether `draws` is not stored yet.
    var areDrawsFresh = false
    /// Among the batch's visits with news.
    var isTouched = false
    private(set) var lastMinute: Int64
    private(set) var end: VisitEnd?

    init(id: VisitID, beginning: VisitBeginning) {
        self.id = id
        self.beginning = beginning
        lastMinute = beginning.time.minute
        fresh = [implied]
    }

    /// Takes up a visit that was saved open.
    init(id: VisitID, beginning: VisitBeginning, number: Int64, up: UInt64, down: UInt64, lastMinute: Int64, hasActivity: Bool) {
        self.id = id
        self.beginning = beginning
        self.number = number
        self.up = up
        self.down = down
        savedUp = up
        savedDown = down
        self.lastMinute = lastMinute
        self.hasActivity = hasActivity
    }

    /// - Parameter draws: as they were saved.
    func resume(_ draws: [VisitDraw.Target]) {
        self.draws = draws
        isBudgetApart = true
    }

    /// What a visit without rows in `activity` did: its first minute, and all its bytes in that minute's quarter.
    var implied: QuarterTraffic {
        let (quarter, bit) = QuarterTraffic.split(minute: beginning.time.minute)
        return QuarterTraffic(quarter: quarter, bits: beginning.verdict == .allow ? bit : 0)
    }

    /// Whether the fresh traffic needs rows in `activity` to be told.
    var isBeyondImplied: Bool {
        let implied = implied
        return fresh.contains { $0.quarter != implied.quarter || $0.bits & ~implied.bits != 0 }
    }

    /// There was traffic in `minute`, and so many bytes since the beginning.
    func progress(minute: Int64, up: UInt64, down: UInt64) {
        // A clock that was set must not put traffic before the beginning or years after it.
        let first = beginning.time.minute
        let minute = min(max(minute, lastMinute), max(lastMinute, first &+ 366 * 1_440))
        lastMinute = minute
        let newUp = up > self.up ? up &- self.up : 0
        let newDown = down > self.down ? down &- self.down : 0
        self.up = max(up, self.up)
        self.down = max(down, self.down)
        let (quarter, bit) = QuarterTraffic.split(minute: minute)
        let bits = beginning.verdict == .allow ? bit : 0
        if let last = fresh.indices.last, fresh[last].quarter == quarter, fresh[last].isDrawn == (draws != nil) {
            fresh[last].bits |= bits
            fresh[last].up &+= newUp
            fresh[last].down &+= newDown
        } else {
            fresh.append(QuarterTraffic(quarter: quarter, bits: bits, up: newUp, down: newDown))
            fresh[fresh.count - 1].isDrawn = draws != nil
        }
        guard let draws, newUp &+ newDown > 0 else { return }
        for target in draws {
            freshDrawn.append(Drawn(target: target, quarter: quarter, bits: bits, bytes: newUp &+ newDown))
        }
    }

    /// It draws on others from here on.
    func draw(_ draw: VisitDraw) {
        guard beginning.verdict == .allow else { return }
        let old = draws?.map(\.budget) ?? [beginning.budget].compactMap { $0 }
        // Bytes that moved since it was last heard of, in a minute that counts already.
        progress(minute: draw.lastMinute, up: draw.up, down: draw.down)
        draws = draw.targets
        areDrawsFresh = true
        guard draw.isTraffic else { return }
        let (quarter, bit) = QuarterTraffic.split(minute: draw.minute)
        for target in draw.targets where !old.contains(target.budget) {
            freshDrawn.append(Drawn(target: target, quarter: quarter, bits: bit, pages: draw.isPage ? 1 : 0))
        }
    }

    func finish(_ end: VisitEnd) {
        progress(minute: end.lastMinute, up: end.up, down: end.down)
        self.end = end
    }

    /// The end of a visit whose process died: as far as it is known.
    var interruption: VisitEnd {
        let known = lastMinute &* 60_000 &- beginning.time.milliseconds
        return VisitEnd(
            id: id, status: 0, up: up, down: down, milliseconds: UInt64(max(0, known)), outcome: .interrupted, lastMinute: lastMinute)
    }
}
