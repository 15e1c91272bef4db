import CAres
import Glibc
import PatternMatching

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
    }

    /// One question under way.
    private final class Question {
        let work: Work
        let done: (ResolverThread.Answer) -> Void

        init(_ work: Work, _ done: @escaping (ResolverThread.Answer) -> Void) {
            self.work = work
            self.done = done
        }
    }

    private let channel: ares_channel
    private let work = Work()

    /// The sockets c-ares has open and what it waits for on each.
    var sockets: [Int32: Interest] { work.sockets }
    /// How many questions are under way.
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

    /// Asks for both families. `done` is called exactly once, perhaps before this returns.
    func ask(_ name: String, _ done: @escaping (ResolverThread.Answer) -> Void) {
        guard !name.isEmpty, !name.utf8.contains(0) else {
            return done(ResolverThread.Answer(result: .failure(.badName), seconds: 0))
        }
        var hints = ares_addrinfo_hints()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        work.open += 1
        let question = Unmanaged.passRetained(Question(work, done))
        ares_getaddrinfo(
            channel, name, nil, &hints,
            { context, status, _, result in
                guard let context else { return }
                let question = Unmanaged<Question>.fromOpaque(context).takeRetainedValue()
                question.work.open -= 1
                defer { if let result { ares_freeaddrinfo(result) } }
                question.done(AresChannel.answer(status, result))
            }, question.toOpaque())
    }

    /// How long until c-ares wants to be called though nothing arrived; nil: no question is under way.
    var millisecondsToWait: Int32? {
        guard isBusy else { return nil }
        var most = timeval(tv_sec: 60, tv_usec: 0)
        var wait = timeval()
        guard let next = ares_timeout(channel, &most, &wait) else { return nil }
        // Rounded up: a timeout a moment too early would spin.
        return Int32(clamping: next.pointee.tv_sec * 1000 + (next.pointee.tv_usec + 999) / 1000)
    }

    /// - Parameters: the descriptor that can be read or written, -1 for none.
    func process(readable: Int32, writable: Int32) { ares_process_fd(channel, readable, writable) }

    func processTimeouts() { process(readable: -1, writable: -1) }
}
