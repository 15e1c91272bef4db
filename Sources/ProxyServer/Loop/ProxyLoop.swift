import Logging
import NIOCore
import PatternMatching
import PolicyCore
import Visits

/// Everything one event loop owns: its snapshot, recorder, upstream pool, counters and connections. Loops share nothing they write to but
/// the socket and client counts.
///
/// `@unchecked Sendable`: made before the loop serves and from then on touched on its event loop only; other threads reach it by
/// `eventLoop.execute`.
final class ProxyLoop: @unchecked Sendable {
    /// Who waits for steady deadlines: how often they are looked at.
    static let tick = TimeAmount.milliseconds(250)
    static let poolIdle: Int64 = 30_000

    let eventLoop: SocketLoop
    let parts: ProxyParts
    var settings: ProxySettings { didSet { pool.capacity = mostIdle } }
    /// As this loop knows it; ``snapshot`` is what to judge by.
    private var policy: (number: UInt64, snapshot: PolicySnapshot?) = (0, nil)
    var counters = ProxyCounters()
    var pool: UpstreamPool
    var clients = Register<ClientConnection>()
    /// Client connections by the steady milliseconds at which a deadline may pass.
    var deadlines = DueHeap<ClientConnection>()
    var dialers = Register<Dialer>()
    var passages = Register<Passage>()
    /// Passages whose verdict hangs on time, by the wall clock's milliseconds at which it may change next.
    var due = DueHeap<Passage>()
    var sweep = Sweep()
    var budgets = BudgetWatch()
    /// The next slice of judging is on its way.
    var isWorking = false
    /// Every loop of the server: a budget may be drawn on at several.
    var siblings: [ProxyLoop] = []
    private let loopCount: Int
    var records: RecordKeeper
    var credentials = CredentialCache()
    /// Tells page views among tunnels.
    var bursts = TunnelBursts()
    /// Connections over a limit that are just being told so.
    var refusing = 0
    /// Minutes since 1970, a tick old at most.
    private(set) var minute: Int64
    /// Milliseconds of a clock that never goes back, a tick old at most: what deadlines are measured with.
    private(set) var steady: Int64
    private(set) var isDraining = false
    private var policyNamesHardware = false
    /// When a schedule opens or closes or a grant begins or ends next.
    var nextChange: Instant?
    /// When the wall clock was last looked at.
    var lastLook: Instant
    private var ticks = 0
    private var ticking: RepeatedTask?
    private var isFlushDue = false
    /// Made once: it is asked for with every request.
    private lazy var flushAtEnd: () -> Void = { [unowned self] in
        isFlushDue = false
        flush()
    }
    /// What heads are written into, one after the other.
    private var head: [UInt8] = []

    var ledger: PolicyLedger { parts.dependencies.ledger }
    var now: Instant { parts.dependencies.clock() }

    init(index: Int, of loopCount: Int, eventLoop: SocketLoop, parts: ProxyParts, settings: ProxySettings) {
        self.eventLoop = eventLoop
        self.parts = parts
        self.settings = settings
        self.loopCount = loopCount
        pool = UpstreamPool(capacity: UpstreamPool.capacity(connections: settings.limits.connections, loops: loopCount))
        records = RecordKeeper(recorder: parts.dependencies.recorder(index))
        let now = parts.dependencies.clock()
        minute = now.minute
        lastLook = now
        steady = Self.steadyNow()
    }

    private var mostIdle: Int { UpstreamPool.capacity(connections: settings.limits.connections, loops: loopCount) }

    static func steadyNow() -> Int64 { Int64(NIODeadline.now().uptimeNanoseconds / 1_000_000) }

    /// Starts the clock; on the loop.
    func start() {
        // What waits for its record may be answered before what was written so far is sent.
        eventLoop.beforeSending = { [unowned self] in if records.hasWaiting { flush() } }
        look()
        ticking = eventLoop.scheduleRepeatedTask(initialDelay: Self.tick, delay: Self.tick) { _ in self.look() }
    }

    // MARK: The policy

    /// The policy in force at this moment, in the middle of a turn as well; whoever judges asks once and keeps to what it was given.
    var snapshot: PolicySnapshot? {
        if parts.policy.number != policy.number { takePolicy() }
        return policy.snapshot
    }

    /// The policy in force knows devices by their hardware addresses.
    var usesHardwareAddresses: Bool {
        if parts.policy.number != policy.number { takePolicy() }
        return policyNamesHardware
    }

    private func takePolicy() {
        policy = parts.policy.current
        policyNamesHardware = policy.snapshot?.document.clients.contains { !$0.macs.isEmpty } ?? false
        nextChange = policy.snapshot?.nextChange(after: now)
    }

    // MARK: The clock's work

    private func look() {
        let now = self.now
        steady = Self.steadyNow()
        ticks &+= 1
        minute = now.minute
        lookAtDeadlines()
        for dialer in dialers.elements { dialer.look(at: steady) }
        if ticks % 4 == 0 { closeIdle() }
        enforceDue(at: now, isSecond: ticks % 4 == 0)
        flush()
    }

    private func closeIdle() {
        for connection in pool.expired(before: steady - Self.poolIdle) { connection.close() }
    }

    // MARK: Records

    /// Begins a visit; it is in the kernel's hands by the end of this tick.
    func begin(_ beginning: VisitBeginning) -> BegunVisit {
        let begun = records.begin(beginning, now: parts.dependencies.clock)
        if begun.isFirst { flushSoon() }
        return begun
    }

    /// Something was appended to the journal: it is written at the end of this tick.
    func appended() { if records.markDirty() { flushSoon() } }

    private func flushSoon() {
        guard !isFlushDue else { return }
        isFlushDue = true
        eventLoop.perform(flushAtEnd)
    }

    /// Lends memory, empty, to write a head into.
    func writing(_ body: (inout [UInt8]) -> Void) {
        var bytes = head
        head = []
        bytes.removeAll(keepingCapacity: true)
        body(&bytes)
        // A head of many kilobytes is rare, and its memory not kept.
        if bytes.capacity <= 16_384 { head = bytes }
    }

    /// Writes what was appended.
    /// - Returns: false where the disk refused.
    @discardableResult
    func flush() -> Bool {
        let before = records.lastFlushed
        guard records.flush() else {
            for done in records.refused() { done(false) }
            return false
        }
        let batch = records.lastFlushed
        if batch != before, !records.recorder.isStrict { for done in records.synced(upTo: batch, worked: true) { done(true) } }
        if records.recorder.isStrict, batch != before {
            records.recorder.whenDurable { worked in
                self.eventLoop.execute {
                    for done in self.records.synced(upTo: batch, worked: worked) { done(worked) }
                }
            }
        }
        return true
    }

    /// Calls `done` once the beginning in `batch` is safe: at once, unless recording is strict. False: it could not be made so.
    func whenSafe(_ batch: RecordKeeper.Batch, _ done: @escaping (Bool) -> Void) {
        if records.isSafe(batch) { return done(true) }
        guard flush() else { return done(false) }
        if records.isSafe(batch) { return done(true) }
        records.wait(for: batch, done)
    }

    /// The same together with others that wait, within this turn: the journal is written once for several.
    func whenSafeSoon(_ batch: RecordKeeper.Batch, _ done: @escaping (Bool) -> Void) {
        if records.isSafe(batch) { return done(true) }
        records.wait(for: batch, done)
        flushSoon()
    }

    // MARK: Ending

    /// No more new work on connections that are open.
    func beginDraining() {
        isDraining = true
        for client in clients.elements { client.drain() }
        for connection in pool.removeAll() { connection.close() }
    }

    /// Closes what is left.
    func cut() {
        for client in clients.elements { client.cutForShutdown() }
        ticking?.cancel()
        ticking = nil
        siblings = []
        eventLoop.beforeSending = nil
        flush()
    }

    /// The name a client goes by in records, as far as its request let it be known.
    func clientName(_ asker: Asker) -> String {
        var known = asker
        known.user = nil
        return snapshot?.identify(known).client ?? asker.address?.description ?? ""
    }

    /// Whether the group of whoever asked keeps paths, as far as the request let it be known.
    func recordsPaths(of asker: Asker) -> Bool {
        var known = asker
        known.user = nil
        return snapshot.map { $0.settings(for: $0.identify(known)).recordsURL } ?? true
    }

    /// Somebody who is no client of ours; told once in a while however often it happens (SECURITY.md S5).
    func logStranger(_ address: IPAddress) {
        guard let silent = parts.strangers.next(at: .now()) else { return }
        parts.dependencies.logger.warning(
            "refused an address that allow-clients does not name", metadata: ["address": "\(address)", "unreported": "\(silent)"])
    }

    /// A service cannot be reached in its restricted form, and therefore not at all; told once in a while however often it happens.
    func logUnresolved(substitute: String, for host: String, _ error: NameError) {
        counters.unresolvedSubstitutes += 1
        guard let silent = parts.substitutes.next(at: .now()) else { return }
        parts.dependencies.logger.warning(
            "safe-search: the restricted form of a service has no address, so its requests are answered 502",
            metadata: ["host": "\(host)", "substitute": "\(substitute)", "error": "\(error)", "unreported": "\(silent)"])
    }

    func count() -> ProxyCounters {
        var counters = self.counters
        counters.clientConnections = clients.count
        counters.idleUpstreamConnections = pool.count
        return counters
    }
}
