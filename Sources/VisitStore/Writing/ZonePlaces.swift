/// Where a UTC quarter hour lies in the reporting zone's hours and days. Offsets of today's zones are multiples of 15 minutes, so a quarter
/// never straddles two of them.
struct ZonePlaces {
    struct Place: Sendable {
        /// Seconds since 1970 at which the local hour begins.
        var hour: Int64
        /// The quarter's first minute within that hour.
        var minuteOfHour: Int
        /// Local day since 1970-01-01.
        var day: Int64
        /// The hour of the day, counted from its start, and the quarter's first minute within it.
        var hourOfDay: Int
        var minuteOfDayHour: Int
    }

    private let zone: ReportingZone
    private var places: [Int64: Place] = [:]
    private var last: (quarter: Int64, place: Place)?

    init(zone: ReportingZone) { self.zone = zone }

    /// - Parameter quarter: quarter hours since 1970.
    mutating func place(of quarter: Int64) -> Place {
        if let last, last.quarter == quarter { return last.place }
        let place = places[quarter] ?? make(quarter)
        last = (quarter, place)
        return place
    }

    private mutating func make(_ quarter: Int64) -> Place {
        let minute = quarter &* 15
        let hourStart = zone.hourStart(ofMinute: minute)
        let day = zone.day(ofMinute: minute)
        let minuteOfDay = min(max(0, minute &- zone.start(ofDay: day)), 32 * 60 - 1)
        let place = Place(
            hour: hourStart &* 60, minuteOfHour: Int(min(max(0, minute &- hourStart), 45)), day: day, hourOfDay: Int(minuteOfDay / 60),
            minuteOfDayHour: min(Int(minuteOfDay % 60), 45))
        if places.count > 10_000 { places = [:] }
        places[quarter] = place
        return place
    }
}
