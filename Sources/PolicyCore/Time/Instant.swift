/// A moment: milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted. PolicyCore has no clock; callers say what time it is.
public struct Instant: Hashable, Comparable, Sendable, Codable {
    public var milliseconds: Int64

    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// Whole minutes since 1970, rounded down: the key of active-minute bitmaps.
    public var minute: Int64 { milliseconds / 60_000 - (milliseconds % 60_000 < 0 ? 1 : 0) }

    public static func < (a: Instant, b: Instant) -> Bool { a.milliseconds < b.milliseconds }
}
