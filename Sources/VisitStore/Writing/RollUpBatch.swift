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
struct HourKey: SumKey {
    var hour: Int64
    var id: Int64

    var mixed: UInt64 { id.mixed(with: hour) }
}

/// A key of a daily roll-up, and the hour of the day its minutes lie in: a row gets one hour's minutes at a time.
struct DayKey: SumKey {
    var day: Int64
    var client: Int64
    var id: Int64
    var verdict: Int64 = 0
    var hourOfDay: Int

    var mixed: UInt64 { id.mixed(with: client).mixed(with: verdict).mixed(with: Int64(hourOfDay)).mixed(with: day) }
}

/// A key of the roll-up of lists.
struct ListDayKey: SumKey {
    var day: Int64
    var list: Int64
    var verdict: Int64

    var mixed: UInt64 { list.mixed(with: verdict).mixed(with: day) }
}

/// Sums of a batch by the keys of each roll-up, so that each row is written once a batch.
struct RollUpBatch {
    private(set) var hourVerdict = SumTable<HourKey>()
    private(set) var hourClient = SumTable<HourKey>()
    private(set) var hourCategory = SumTable<HourKey>()
    private(set) var hourBudget = SumTable<HourKey>()
    private(set) var dayClientSite = SumTable<DayKey>()
    private(set) var dayClientCategory = SumTable<DayKey>()
    private(set) var dayClientRule = SumTable<DayKey>()
    private(set) var dayList = SumTable<ListDayKey>()
    private var places: ZonePlaces

    init(zone: ReportingZone) { places = ZonePlaces(zone: zone) }

    var isEmpty: Bool { hourVerdict.isEmpty && hourBudget.isEmpty }

    mutating func removeAll() {
        hourVerdict.removeAll()
        hourClient.removeAll()
        hourCategory.removeAll()
        hourBudget.removeAll()
        dayClientSite.removeAll()
        dayClientCategory.removeAll()
        dayClientRule.removeAll()
        dayList.removeAll()
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
        hourVerdict.add(hourly, at: HourKey(hour: place.hour, id: ground.verdict))
        hourClient.add(hourly, at: HourKey(hour: place.hour, id: client))
        hourCategory.add(hourly, at: HourKey(hour: place.hour, id: ground.category))
        if budget != 0 { hourBudget.add(hourly, at: HourKey(hour: place.hour, id: budget)) }
        var daily = totals
        daily.bits = totals.bits << UInt64(place.minuteOfDayHour)
        var key = DayKey(day: place.day, client: client, id: site, hourOfDay: place.hourOfDay)
        dayClientSite.add(daily, at: key)
        key.id = ground.category
        dayClientCategory.add(daily, at: key)
        key.id = ground.rule
        key.verdict = ground.verdict
        dayClientRule.add(daily, at: key)
        if ground.list != 0, totals.visits != 0 {
            dayList.add(totals, at: ListDayKey(day: place.day, list: ground.list, verdict: ground.verdict))
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
        hourBudget.add(hourly, at: HourKey(hour: place.hour, id: budget))
        guard let rule, totals.bits != 0 else { return }
        hourCategory.add(RollUpTotals(bits: hourly.bits), at: HourKey(hour: place.hour, id: category))
        let minutes = RollUpTotals(bits: totals.bits << UInt64(place.minuteOfDayHour))
        var key = DayKey(day: place.day, client: client, id: category, hourOfDay: place.hourOfDay)
        dayClientCategory.add(minutes, at: key)
        (key.id, key.verdict) = (rule, VisitVerdict.allow.code)
        dayClientRule.add(minutes, at: key)
    }

    private mutating func addOwnPage(_ totals: RollUpTotals, _ place: ZonePlaces.Place, client: Int64, ground: VisitGround) {
        var totals = totals
        totals.bits = 0
        hourVerdict.add(totals, at: HourKey(hour: place.hour, id: ground.verdict))
        hourClient.add(totals, at: HourKey(hour: place.hour, id: client))
        let key = DayKey(day: place.day, client: client, id: ground.rule, verdict: ground.verdict, hourOfDay: place.hourOfDay)
        dayClientRule.add(totals, at: key)
    }
}
