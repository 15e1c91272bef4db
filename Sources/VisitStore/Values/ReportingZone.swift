public import PolicyCore

/// The zone in whose days and hours reports are given.
public struct ReportingZone: Sendable {
    /// The zone's name in the tz database, for instance `Europe/Berlin`.
    public let name: String
    /// Seconds east of UTC at a moment given in seconds since 1970.
    public let offset: @Sendable (Int64) -> Int

    public static let utc = ReportingZone(name: "UTC") { _ in 0 }

    public init(name: String, offset: @escaping @Sendable (Int64) -> Int) {
        self.name = name
        self.offset = offset
    }

    /// The local day of a minute since 1970: days since 1970-01-01 by the zone's calendar.
    public func day(ofMinute minute: Int64) -> Int64 {
        floorDivide(minute &* 60 &+ Int64(offset(minute &* 60)), 86_400)
    }

    /// The first minute since 1970 that belongs to a local day (`day` as ``day(ofMinute:)`` counts).
    public func start(ofDay day: Int64) -> Int64 {
        // Zones lie within a day of UTC, so the start is in this window; days grow with minutes but for a clock set back over midnight,
        // where the first crossing is as good as the second.
        var low = day &* 1_440 &- 1_560
        var high = day &* 1_440 &+ 1_560
        while low < high {
            let middle = low &+ (high &- low) / 2
            if self.day(ofMinute: middle) >= day { high = middle } else { low = middle &+ 1 }
        }
        return low
    }

    /// The start, in minutes since 1970, of the local hour a minute lies in.
    public func hourStart(ofMinute minute: Int64) -> Int64 {
        let local = minute &+ Int64(floorDivide(Int64(offset(minute &* 60)), 60))
        return minute &- (local &- floorDivide(local, 60) &* 60)
    }
}

/// Division that rounds down, also below zero.
func floorDivide(_ a: Int64, _ b: Int64) -> Int64 {
    let quotient = a / b
    return a % b < 0 ? quotient &- 1 : quotient
}

extension ReportingZone {
    /// The zone of a table read from the tz database.
    public init(name: String, table: ZoneTable) {
        self.init(name: name) { table.offset(at: $0) }
    }
}
