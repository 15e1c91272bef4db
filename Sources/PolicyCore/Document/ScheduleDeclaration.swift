/// When rules hold: weekly windows and whole days, without what `except:` removes.
public struct ScheduleDeclaration: Sendable, Hashable {
    public var name: String
    public var place: SourcePlace
    /// nil: the document's.
    public var timezone: String?
    public var windows: [WeeklyWindow]
    public var dates: [DatePattern]
    public var exceptDates: [DatePattern]
    public var exceptSchedules: [NameReference]
    public var note: String?

    public init(
        name: String, place: SourcePlace = .start, timezone: String? = nil, windows: [WeeklyWindow] = [], dates: [DatePattern] = [],
        exceptDates: [DatePattern] = [], exceptSchedules: [NameReference] = [], note: String? = nil
    ) {
        self.name = name
        self.place = place
        self.timezone = timezone
        self.windows = windows
        self.dates = dates
        self.exceptDates = exceptDates
        self.exceptSchedules = exceptSchedules
        self.note = note
    }
}

/// A name and where it was written.
public struct NameReference: Sendable, Hashable {
    public var name: String
    public var place: SourcePlace

    public init(_ name: String, place: SourcePlace = .start) {
        self.name = name
        self.place = place
    }
}

/// A window on the wall clock of some days of the week.
public struct WeeklyWindow: Sendable, Hashable {
    /// The days it starts on.
    public var days: DaySet
    /// Minute of the day it opens: 0…1439.
    public var from: Int
    /// Minute of the day it closes, the first one outside: 0…1440. At or before `from` it is on the next day.
    public var to: Int

    public init(days: DaySet, from: Int, to: Int) {
        self.days = days
        self.from = min(max(from, 0), 1439)
        self.to = min(max(to, 0), 1440)
    }

    /// Where it closes, in minutes from the midnight its starting day begins with: up to 2879.
    public var end: Int { to > from ? to : to + 1440 }
}

/// Days of the week.
public struct DaySet: OptionSet, Sendable, Hashable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    public static let all = DaySet(rawValue: 0x7f)
    /// `mon` to `sun`, in order.
    public static let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

    /// - Parameter weekday: 0 for Monday to 6 for Sunday.
    public init(weekday: Int) { rawValue = (0..<7).contains(weekday) ? 1 << UInt8(weekday) : 0 }

    /// Whether this weekday (0 for Monday) is one of them.
    public func contains(weekday: Int) -> Bool { contains(DaySet(weekday: weekday)) && (0..<7).contains(weekday) }
}

/// Days a schedule names.
public enum DatePattern: Sendable, Hashable {
    case day(CivilDate)
    /// Both ends included.
    case range(CivilDate, CivilDate)
    /// `*-07-14`: every year's.
    case yearly(month: Int, day: Int)
}
