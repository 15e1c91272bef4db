import CAres
import Glibc
import NIOCore

/// One c-ares channel: questions out, answers to closures. Lives on one thread.
final class AresChannel {
    struct Interest {
        var reads: Bool
        var writes: Bool
    }

    /// What c-ares' callbacks write to: an object of its own, because they come while the channel is being destroyed, too.
    private final class Work {
        var sockets: [Int32: Interest] = [:]
        var open = 0
        /// Questions with one family answered.
        var half: [AddressQuestion] = []
    }

    /// One family of one question, as c-ares carries it.
    private final class Asked {
        let work: Work
        let question: AddressQuestion
        let isV4: Bool

        init(_ work: Work, _ question: AddressQuestion, isV4: Bool) {
            self.work = work
            self.question = question
            self.isV4 = isV4
        }
    }

    private let channel: ares_channel
    private let work = Work()

    /// The sockets c-ares has open and what it waits for on each.
    var sockets: [Int32: Interest] { work.sockets }
    /// How many families of questions are under way.
    var open: Int { work.open }
    var isBusy: Bool { work.open > 0 }

    /// c-ares wants its global set-up once, before any channel.
    private static let libraryIsReady = ares_library_init(Int32(ARES_LIB_INIT_ALL)) == Int32(ARES_SUCCESS)

    /// - Returns: nil where c-ares could not be set up (memory, or no usable server).
    init?(_ configuration: NamesConfiguration) {
        guard Self.libraryIsReady, let channel = Self.open(configuration, work) else { return nil }
        self.channel = channel
    }

    /// Answers everything under way with ``NameError/stopped``.
    deinit { ares_destroy(channel) }

    private static func open(_ configuration: NamesConfiguration, _ work: Work) -> ares_channel? {
        var options = ares_options()
        // EDNS lets long answers come without TCP; 1232 bytes pass every network whole.
        options.flags = Int32(ARES_FLAG_NOSEARCH | ARES_FLAG_EDNS)
        options.ednspsz = 1232
        options.timeout = Int32(clamping: max(1, configuration.timeout))
        options.tries = 2
        options.ndomains = 0
        options.sock_state_cb = { context, socket, reads, writes in
            guard let context else { return }
            let work = Unmanaged<Work>.fromOpaque(context).takeUnretainedValue()
            work.sockets[socket] = reads != 0 || writes != 0 ? Interest(reads: reads != 0, writes: writes != 0) : nil
        }
        // Unretained: the channel object holds it and outlives c-ares' channel.
        options.sock_state_cb_data = Unmanaged.passUnretained(work).toOpaque()
        let mask =
            ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_DOMAINS | ARES_OPT_SOCK_STATE_CB | ARES_OPT_LOOKUPS
            | ARES_OPT_EDNSPSZ
        var channel: ares_channel?
        // "b": the DNS alone is asked here, the hosts file is read by HostsFile. c-ares copies the text.
        let status = "b".withCString { lookups in
            options.lookups = UnsafeMutablePointer(mutating: lookups)
            return ares_init_options(&channel, &options, Int32(mask))
        }
        guard status == Int32(ARES_SUCCESS), let channel else { return nil }
        if configuration.servers.isEmpty { return channel }
        let list = configuration.servers.map(\.description).joined(separator: ",")
        guard ares_set_servers_ports_csv(channel, list) == Int32(ARES_SUCCESS) else {
            ares_destroy(channel)
            return nil
        }
        return channel
    }

    /// Asks for both families at once. `done` is called exactly once, perhaps before this returns.
    func ask(_ name: String, _ done: @escaping (ResolverThread.Answer) -> Void) {
        guard !name.isEmpty, !name.utf8.contains(0) else {
            return done(ResolverThread.Answer(result: .failure(.badName), seconds: 0))
        }
        let question = AddressQuestion(done)
        for isV4 in [false, true] { ask(name, question, isV4: isV4) }
    }

    private func ask(_ name: String, _ question: AddressQuestion, isV4: Bool) {
        work.open += 1
        let asked = Unmanaged.passRetained(Asked(work, question, isV4: isV4))
        let (internet, type): (Int32, Int32) = (1, isV4 ? 1 : 28)
        ares_query(
            channel, name, internet, type,
            { context, status, _, bytes, count in
                guard let context else { return }
                let asked = Unmanaged<Asked>.fromOpaque(context).takeRetainedValue()
                let reply = UnsafeRawBufferPointer(start: bytes, count: bytes == nil ? 0 : Int(max(0, count)))
                AresChannel.arrived(asked, status, reply)
            }, asked.toOpaque())
    }

    private static func arrived(_ asked: Asked, _ status: Int32, _ bytes: UnsafeRawBufferPointer) {
        let (work, question) = (asked.work, asked.question)
        work.open -= 1
        question.arrived(outcome(status, bytes, isV4: asked.isV4), isV4: asked.isV4, at: .now())
        if question.isAnswered {
            work.half.removeAll { $0 === question }
        } else if question.deadline != nil {
            work.half.append(question)
        }
    }

    /// How long until something is to be done though nothing arrived; nil: no question is under way.
    var millisecondsToWait: Int32? {
        guard isBusy else { return nil }
        var most = timeval(tv_sec: 60, tv_usec: 0)
        var wait = timeval()
        guard let next = ares_timeout(channel, &most, &wait) else { return nil }
        // Rounded up: a timeout a moment too early would spin.
        let milliseconds = Int32(clamping: next.pointee.tv_sec * 1000 + (next.pointee.tv_usec + 999) / 1000)
        guard let earliest = work.half.compactMap(\.deadline).min() else { return milliseconds }
        let left = (earliest - .now()).nanoseconds
        return min(milliseconds, Int32(clamping: max(0, left + 999_999) / 1_000_000))
    }

    /// - Parameters: the descriptor that can be read or written, -1 for none.
    func process(readable: Int32, writable: Int32) { ares_process_fd(channel, readable, writable) }

    func processTimeouts() {
        process(readable: -1, writable: -1)
        guard !work.half.isEmpty else { return }
        let now = NIODeadline.now()
        let due = work.half.filter { $0.deadline.map { $0 <= now } ?? true }
        work.half.removeAll { question in due.contains { $0 === question } }
        for question in due { question.finish() }
    }
}
