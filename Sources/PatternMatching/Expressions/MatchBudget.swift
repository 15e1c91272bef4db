internal import Glibc

/// What the expressions may cost one request: 100,000 steps of PCRE2 at each place where a match may begin, and 4 ms of thread time in all,
/// over every index asked.
public struct MatchBudget: Sendable {
    /// True once an expression could not be answered: the request must be blocked with `policy-error`.
    public internal(set) var failed = false

    /// The expression that was tried last: where the budget failed, the one that used it up.
    private var trying: ExpressionPlace?

    /// The expression at which the budget failed; nil where it did not, and where none was tried.
    public var gaveUpAt: ExpressionPlace? { failed ? trying : nil }

    /// Wall clock at the first look. Thread time is asked for only where the wall clock says that it could be used up, because it costs a
    /// system call.
    private var start: UInt64?
    /// Before then, by the wall clock, the thread's time cannot have reached its limit.
    private var nextLook: UInt64 = 0
    private var cpuLimit: UInt64?

    /// Expressions tried so far. The clock is looked at before every fourth: one that is not looked at closer takes a fraction of a
    /// millisecond at most.
    private var tried = 0

    /// A millisecond less than a request may take (5 ms): what is under way when the time is up, and answering, come on top.
    static let limit: UInt64 = 4_000_000
    private static let unmeasured: UInt64 = 1_000_000

    public init() {}

    /// Says that another expression is to be tried; fails the budget when its time is used up, by the one before.
    mutating func spend(on place: ExpressionPlace) {
        tried &+= 1
        if tried & 3 == 1 { look() }
        if !failed { trying = place }
    }

    /// Looks at the clock and fails the budget when its time is used up.
    /// - Parameter since: an earlier look, after which something was tried that will be tried again at twice the length: the budget fails
    ///   already when its time does not last for that.
    /// - Returns: the wall clock.
    @discardableResult
    mutating func look(doublingSince since: UInt64? = nil) -> UInt64 {
        let now = MatchBudget.clock(CLOCK_MONOTONIC)
        guard let start else {
            start = now
            nextLook = now &+ MatchBudget.unmeasured
            return now
        }
        let expected = since.map { 2 &* (now &- $0) } ?? 0
        guard now &+ expected > nextLook else { return now }
        let cpu = MatchBudget.clock(CLOCK_THREAD_CPUTIME_ID)
        // What passed by the wall clock before the first look at the thread's need not have been its own.
        let limit = cpuLimit ?? cpu &+ MatchBudget.limit &- min(now &- start, 2 &* MatchBudget.unmeasured)
        cpuLimit = limit
        if cpu &+ expected > limit { failed = true } else { nextLook = now &+ (limit &- cpu) }
        return now
    }

    /// What `body` takes is not counted: compiling an expression at its first use is not the request's doing.
    mutating func pausing<Result>(_ body: () -> Result) -> Result {
        let before = MatchBudget.clock(CLOCK_MONOTONIC)
        let result = body()
        let passed = MatchBudget.clock(CLOCK_MONOTONIC) &- before
        if let start { self.start = start &+ passed }
        nextLook = nextLook &+ passed
        if let cpuLimit { self.cpuLimit = cpuLimit &+ passed }
        return result
    }

    private static func clock(_ id: clockid_t) -> UInt64 {
        var time = timespec()
        clock_gettime(id, &time)
        return UInt64(truncatingIfNeeded: time.tv_sec) &* 1_000_000_000 &+ UInt64(truncatingIfNeeded: time.tv_nsec)
    }
}
