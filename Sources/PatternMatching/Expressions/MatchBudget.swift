internal import Glibc

/// What the expressions may cost one request: PCRE2's match limit of 100,000 each and 5 ms of thread time in all, over every index asked.
public struct MatchBudget: Sendable {
    /// True once an expression could not be answered: the request must be blocked with `policy-error`.
    public internal(set) var failed = false

    /// Wall clock at the first expression tried; thread time is asked for only where the wall clock says that it could be used up, because
    /// it costs a system call.
    private var start: UInt64?
    private var cpuLimit: UInt64?

    /// Expressions tried so far. The clock is looked at before every fourth: one that uses up its match limit takes a fraction of a millisecond.
    private var tried = 0

    static let limit: UInt64 = 5_000_000
    private static let unmeasured: UInt64 = 1_000_000

    public init() {}

    /// Says that another expression is to be tried; fails the budget when its time is used up.
    mutating func spend() {
        tried &+= 1
        guard tried & 3 == 1 else { return }
        let now = MatchBudget.clock(CLOCK_MONOTONIC)
        guard let start else {
            start = now
            return
        }
        guard now &- start > MatchBudget.unmeasured else { return }
        let cpu = MatchBudget.clock(CLOCK_THREAD_CPUTIME_ID)
        guard let cpuLimit else {
            // At most what passed by the wall clock was used, and not much over `unmeasured` of it by expressions.
            cpuLimit = cpu &+ MatchBudget.limit &- MatchBudget.unmeasured
            return
        }
        if cpu > cpuLimit { failed = true }
    }

    /// What `body` takes is not counted: compiling an expression at its first use is not the request's doing.
    mutating func pausing<Result>(_ body: () -> Result) -> Result {
        let before = MatchBudget.clock(CLOCK_MONOTONIC)
        let result = body()
        let passed = MatchBudget.clock(CLOCK_MONOTONIC) &- before
        if let start { self.start = start &+ passed }
        if let cpuLimit { self.cpuLimit = cpuLimit &+ passed }
        return result
    }

    private static func clock(_ id: clockid_t) -> UInt64 {
        var time = timespec()
        clock_gettime(id, &time)
        return UInt64(truncatingIfNeeded: time.tv_sec) &* 1_000_000_000 &+ UInt64(truncatingIfNeeded: time.tv_nsec)
    }
}
