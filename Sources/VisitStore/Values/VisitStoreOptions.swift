/// How visits are kept: plain values of the configuration's `visits` section, and what tests make smaller.
public struct VisitStoreOptions: Sendable {
    /// What a reply waits for before its last byte leaves.
    public enum Durability: String, Sendable, CaseIterable {
        /// The kernel has the visit (`write(2)`); the disk has it within a second.
        case standard
        /// The disk has it: a group fsync off the event loop.
        case strict
    }

    /// What happens to requests while the disk is full.
    public enum WhenFull: String, Sendable, CaseIterable {
        case recordOrBlock = "record-or-block"
        case serveAndCount = "serve-and-count"
    }

    /// Days each table keeps its rows; nil for good.
    public struct Keep: Sendable, Hashable {
        public var rawDays: Int?
        public var hourlyDays: Int?
        public var dailyDays: Int?

        public init(rawDays: Int? = 90, hourlyDays: Int? = 730, dailyDays: Int? = nil) {
            self.rawDays = rawDays
            self.hourlyDays = hourlyDays
            self.dailyDays = dailyDays
        }
    }

    /// The data directory: the database is `visits.sqlite` in it, the journal a folder `journal` beside.
    public var directory: String
    public var durability: Durability
    public var whenFull: WhenFull
    public var keep: Keep
    /// Days and hours of reports are those of this zone; opening with another name rebuilds the roll-ups.
    public var zone: ReportingZone
    /// The registrable site of a canonical host; the host itself where it has none.
    public var site: @Sendable (String) -> String
    /// The time now, for retention and for gaps; the recorder is told times by its callers.
    public var clock: @Sendable () -> Int64
    /// Bytes of a journal segment, preallocated; between 64 KiB and 256 MiB.
    public var segmentBytes: Int
    /// How often the journal is drained into the database.
    public var drainMilliseconds: Int
    /// Concurrent reading connections.
    public var readers: Int
    /// What the journal's files are made and written with.
    var disk = JournalDisk.system

    /// - Parameter clock: milliseconds since 1970.
    public init(
        directory: String, durability: Durability = .standard, whenFull: WhenFull = .recordOrBlock, keep: Keep = Keep(),
        zone: ReportingZone = .utc, site: (@Sendable (String) -> String)? = nil, clock: (@Sendable () -> Int64)? = nil,
        segmentBytes: Int = 8 << 20, drainMilliseconds: Int = 100, readers: Int = 3
    ) {
        self.directory = directory
        self.durability = durability
        self.whenFull = whenFull
        self.keep = keep
        self.zone = zone
        self.site = site ?? { RegistrableSite.of($0) }
        self.clock = clock ?? { SystemTime.milliseconds() }
        self.segmentBytes = min(max(segmentBytes, 64 << 10), 256 << 20)
        self.drainMilliseconds = max(1, drainMilliseconds)
        self.readers = min(max(1, readers), 16)
    }
}
