internal import Visits

/// What a batch adds to one row of a roll-up.
struct RollUpTotals: Equatable {
    var visits: Int64 = 0
    var pageviews: Int64 = 0
    var blocked: Int64 = 0
    var up: UInt64 = 0
    var down: UInt64 = 0
    var bits: UInt64 = 0

    static func += (a: inout RollUpTotals, b: RollUpTotals) {
        a.visits &+= b.visits
        a.pageviews &+= b.pageviews
        a.blocked &+= b.blocked
        a.up &+= b.up
        a.down &+= b.down
        a.bits |= b.bits
    }
}

/// A key of an hourly roll-up.
struct HourKey: Hashable {
    var hour: Int64
    var id: Int64
}

/// A key of a daily roll-up, and the hour of the day its minutes lie in: a row gets one hour's minutes at a time.
struct DayKey: Hashable {
    var day: Int64
    var client: Int64
    var id: Int64
    var verdict: Int64 = 0
    var hourOfDay: Int
}

/// A key of the roll-up of lists.
struct ListDayKey: Hashable {
    var day: Int64
    var list: Int64
    var verdict: Int64
}

/// Sums of a batch by the keys of each roll-up, so that each row is written once a batch.
struct RollUpBatch {
    private(set) var hourVerdict: [HourKey: RollUpTotals] = [:]
    private(set) var hourClient: [HourKey: RollUpTotals] = [:]
    private(set) var hourCategory: [HourKey: RollUpTotals] = [:]
    private(set) var hourBudget: [HourKey: RollUpTotals] = [:]
    private(set) var dayClientSite: [DayKey: RollUpTotals] = [:]
    private(set) var dayClientCategory: [DayKey: RollUpTotals] = [:]
    private(set) var dayClientRule: [DayKey: RollUpTotals] = [:]
    private(set) var dayList: [ListDayKey: RollUpTotals] = [:]
    private var places: ZonePlaces

    init(zone: ReportingZone) { places = ZonePlaces(zone: zone) }

    var isEmpty: Bool { hourVerdict.isEmpty && hourBudget.isEmpty }

    mutating func removeAll() {
        hourVerdict.removeAll(keepingCapacity: true)
        hourClient.removeAll(keepingCapacity: true)
        hourCategory.removeAll(keepingCapacity: true)
        hourBudget.removeAll(keepingCapacity: true)
        dayClientSite.removeAll(keepingCapacity: true)
        dayClientCategory.removeAll(keepingCapacity: true)
        dayClientRule.removeAll(keepingCapacity: true)
        dayList.removeAll(keepingCapacity: true)
    }

    /// Adds to every roll-up a visit belongs to.
    /// - Parameters:
    ///   - totals: with `bits` those of the quarter hour (0…14).
    ///   - budget: 0 where its traffic counts against none.
    mutating func add(
        _ totals: RollUpTotals, quarter: Int64, client: Int64, site: Int64, ground: VisitGround, budget: Int64
    ) {
        let place = places.place(of: quarter)
        // Weir's own pages are requests like any other, and no site anybody went to: they take no time and are in no category.
        if ground.isOwnPage { return addOwnPage(totals, place, client: client, ground: ground) }
        var hourly = totals
        hourly.bits = totals.bits << UInt64(place.minuteOfHour)
        hourVerdict[HourKey(hour: place.hour, id: ground.verdict), default: RollUpTotals()] += hourly
        hourClient[HourKey(hour: place.hour, id: client), default: RollUpTotals()] += hourly
        hourCategory[HourKey(hour: place.hour, id: ground.category), default: RollUpTotals()] += hourly
        if budget != 0 { hourBudget[HourKey(hour: place.hour, id: budget), default: RollUpTotals()] += hourly }
        var daily = totals
        daily.bits = totals.bits << UInt64(place.minuteOfDayHour)
        var key = DayKey(day: place.day, client: client, id: site, hourOfDay: place.hourOfDay)
        dayClientSite[key, default: RollUpTotals()] += daily
        key.id = ground.category
        dayClientCategory[key, default: RollUpTotals()] += daily
        key.id = ground.rule
        key.verdict = ground.verdict
        dayClientRule[key, default: RollUpTotals()] += daily
        if ground.list != 0, totals.visits != 0 {
            dayList[ListDayKey(day: place.day, list: ground.list, verdict: ground.verdict), default: RollUpTotals()] += totals
        }
    }

    /// Adds traffic under a budget that is not the one its visit began with: the budget's row, and its minutes in the category and rule they
    /// were spent on. Visits and bytes are counted once, where the visit is.
    /// - Parameters:
    ///   - totals: with `bits` those of the quarter hour; `up` for all bytes.
    ///   - rule: nil for a budget whose rule has the visit's minutes already.
    ///   - category: 0 for none.
    mutating func addDrawn(_ totals: RollUpTotals, quarter: Int64, client: Int64, budget: Int64, rule: Int64?, category: Int64) {
        let place = places.place(of: quarter)
        var hourly = totals
        hourly.bits = totals.bits << UInt64(place.minuteOfHour)
        hourBudget[HourKey(hour: place.hour, id: budget), default: RollUpTotals()] += hourly
        guard let rule, totals.bits != 0 else { return }
        hourCategory[HourKey(hour: place.hour, id: category), default: RollUpTotals()] += RollUpTotals(bits: hourly.bits)
        let minutes = RollUpTotals(bits: totals.bits << UInt64(place.minuteOfDayHour))
        var key = DayKey(day: place.day, client: client, id: category, hourOfDay: place.hourOfDay)
        dayClientCategory[key, default: RollUpTotals()] += minutes
        (key.id, key.verdict) = (rule, VisitVerdict.allow.code)
        dayClientRule[key, default: RollUpTotals()] += minutes
    }

    private mutating func addOwnPage(_ totals: RollUpTotals, _ place: ZonePlaces.Place, client: Int64, ground: VisitGround) {
        var totals = totals
        totals.bits = 0
        hourVerdict[HourKey(hour: place.hour, id: ground.verdict), default: RollUpTotals()] += totals
        hourClient[HourKey(hour: place.hour, id: client), default: RollUpTotals()] += totals
        let key = DayKey(day: place.day, client: client, id: ground.rule, verdict: ground.verdict, hourOfDay: place.hourOfDay)
        dayClientRule[key, default: RollUpTotals()] += totals
    }
}
