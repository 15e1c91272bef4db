/// A request that was judged and recorded, as far as the record tells: what a rehearsal judges once more.
public struct RecordedRequest: Sendable {
    /// How much of the address is known.
    public enum Sight: Sendable, Hashable {
        case whole
        /// A tunnel: its host alone was ever known.
        case tunnel
        /// The group records sites only.
        case pathUnknown
        /// The path was too long to keep whole: the request stands for its beginning.
        case pathCut
    }

    /// What was decided, when the request was judged.
    public struct Verdict: Sendable, Hashable {
        public var verdict: PolicyCore.Verdict
        public var rule: String?
        public var category: String?

        public init(_ verdict: PolicyCore.Verdict, rule: String?, category: String? = nil) {
            self.verdict = verdict
            self.rule = rule
            self.category = category
        }
    }

    /// Bytes in one further minute of a long visit.
    public struct Minute: Sendable, Hashable {
        /// Minutes since 1970.
        public var minute: Int64
        public var bytes: UInt64

        public init(minute: Int64, bytes: UInt64) {
            self.minute = minute
            self.bytes = bytes
        }
    }

    /// The visit's.
    public var id: String
    public var time: Instant
    /// The client's name, and its group, as recorded.
    public var client: String
    public var group: String?
    public var address: String?
    public var user: String?
    public var asker: Asker
    /// With the reply's media type where it became known.
    public var asked: Asked
    public var sight: Sight
    public var recorded: Verdict
    public var isPage: Bool
    /// Bytes of the first minute, both ways.
    public var bytes: UInt64
    /// Further minutes with traffic, ascending.
    public var minutes: [Minute]
    /// False: its use counts, but what would change does not matter (a configuration refused it whatever the rules said).
    public var isTold: Bool

    public init(
        id: String, time: Instant, client: String, group: String?, address: String?, user: String?, asker: Asker, asked: Asked,
        sight: Sight, recorded: Verdict, isPage: Bool = false, bytes: UInt64 = 0, minutes: [Minute] = [], isTold: Bool = true
    ) {
        self.id = id
        self.time = time
        self.client = client
        self.group = group
        self.address = address
        self.user = user
        self.asker = asker
        self.asked = asked
        self.sight = sight
        self.recorded = recorded
        self.isPage = isPage
        self.bytes = bytes
        self.minutes = minutes
        self.isTold = isTold
    }
}
