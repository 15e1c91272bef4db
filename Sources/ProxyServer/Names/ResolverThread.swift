import CNeighbours
import Glibc
import NIOConcurrencyHelpers

/// The thread that asks the DNS: takes questions from any thread, runs c-ares and gives the answers back on its own thread.
final class ResolverThread: Sendable {
    /// What came of one question.
    struct Answer: Sendable {
        var result: Result<[ResolvedAddress], NameError>
        /// How long it may be remembered; 0: not at all.
        var seconds: Int64
    }

    private enum Command: Sendable {
        case ask(String, @Sendable (Answer) -> Void)
        case replace(NamesConfiguration)
        case stop
    }

    private let configuration: NamesConfiguration
    private let commands = NIOLockedValueBox<[Command]>([])
    /// Set once the thread takes no more commands.
    private let ended = NIOLockedValueBox(false)
    private let wakeUp: WakeUp

    init(_ configuration: NamesConfiguration) throws(SystemError) {
        self.configuration = configuration
        wakeUp = try WakeUp()
    }

    /// - Parameter hostsChanged: called on the thread with the system's hosts file, first and whenever it has changed.
    func start(hostsChanged: @escaping @Sendable (HostsFile) -> Void) throws(SystemError) {
        // Read here once, so that the first question already finds it.
        var files = WatchedFiles()
        if let hosts = files.changedHosts() { hostsChanged(HostsFile(hosts)) }
        let initial = files
        let started = WorkThread.start("weir-names") { [commands, ended, wakeUp, configuration] in
            var loop = Loop(wakeUp: wakeUp, files: initial, hostsChanged: hostsChanged, configuration: configuration)
            while loop.isRunning {
                for command in commands.withLockedValue({ taken in
                    defer { taken.removeAll() }
                    return taken
                }) { loop.perform(command) }
                if loop.isRunning { loop.wait() }
            }
            ended.withLockedValue { $0 = true }
            // What came while ending is answered too.
            for command in commands.withLockedValue({ $0 }) {
                if case .ask(_, let done) = command { done(Answer(result: .failure(.stopped), seconds: 0)) }
            }
        }
        if !started { throw SystemError(call: "pthread_create", number: EAGAIN) }
    }

    /// `done` is called exactly once.
    func ask(_ name: String, done: @escaping @Sendable (Answer) -> Void) {
        let isEnded = ended.withLockedValue { isEnded in
            if !isEnded { commands.withLockedValue { $0.append(.ask(name, done)) } }
            return isEnded
        }
        if isEnded { return done(Answer(result: .failure(.stopped), seconds: 0)) }
        wakeUp.signal()
    }

    func replace(_ configuration: NamesConfiguration) {
        commands.withLockedValue { $0.append(.replace(configuration)) }
        wakeUp.signal()
    }

    func stop() {
        commands.withLockedValue { $0.append(.stop) }
        wakeUp.signal()
    }

    /// What lives on the thread alone.
    private struct Loop {
        let wakeUp: WakeUp
        var files: WatchedFiles
        let hostsChanged: @Sendable (HostsFile) -> Void
        var configuration: NamesConfiguration
        /// A question gets a channel to itself while there are enough: then it has a source port of its own, and a server that breaks off
        /// over one question (a truncated answer and no TCP, say) takes no other one with it.
        var channels: [AresChannel] = []
        /// A channel has up to two sockets for each server, UDP and TCP; the system's file names three servers at most.
        private var mostChannels: Int {
            let servers = configuration.servers.isEmpty ? 3 : configuration.servers.count
            return max(1, NameResolver.mostSockets / (2 * servers))
        }
        /// Channels of an older configuration with questions still under way.
        var leaving: [AresChannel] = []
        var isRunning = true

        mutating func perform(_ command: Command) {
            switch command {
            case .ask(let name, let done):
                lookAtFiles()
                guard let channel = freeChannel() else { return done(Answer(result: .failure(.serverFailure), seconds: 0)) }
                channel.ask(name, done)
            case .replace(let new):
                configuration = new
                retireChannels()
            case .stop:
                isRunning = false
                channels = []
                leaving = []
            }
        }

        /// The system's own files may change under us: a laptop that moves, an administrator who edits.
        private mutating func lookAtFiles() {
            guard files.isDue else { return }
            if let hosts = files.changedHosts() { hostsChanged(HostsFile(hosts)) }
            if files.resolverChanged(), configuration.servers.isEmpty { retireChannels() }
        }

        /// One that is idle, else a new one, else the one with the fewest questions.
        private mutating func freeChannel() -> AresChannel? {
            if let idle = channels.first(where: { !$0.isBusy }) { return idle }
            if channels.isEmpty || channels.count + leaving.count < mostChannels, let new = AresChannel(configuration) {
                channels.append(new)
                return new
            }
            return channels.min { $0.open < $1.open }
        }

        private mutating func retireChannels() {
            leaving += channels.filter(\.isBusy)
            channels = []
        }

        mutating func wait() {
            leaving.removeAll { !$0.isBusy }
            let channels = leaving + channels.filter(\.isBusy)
            var sets: [pollfd] = [pollfd(fd: wakeUp.descriptor, events: Int16(POLLIN), revents: 0)]
            var owners: [AresChannel] = []
            for channel in channels {
                for socket in channel.sockets {
                    let events = (socket.value.reads ? Int16(POLLIN) : 0) | (socket.value.writes ? Int16(POLLOUT) : 0)
                    sets.append(pollfd(fd: socket.key, events: events, revents: 0))
                    owners.append(channel)
                }
            }
            let timeout = channels.compactMap(\.millisecondsToWait).min() ?? -1
            let ready = poll(&sets, nfds_t(sets.count), timeout)
            if sets[0].revents != 0 { wakeUp.clear() }
            if ready > 0 {
                for (set, owner) in zip(sets.dropFirst(), owners) where set.revents != 0 {
                    owner.process(
                        readable: set.revents & Int16(POLLIN | POLLHUP | POLLERR) != 0 ? set.fd : -1,
                        writable: set.revents & Int16(POLLOUT) != 0 ? set.fd : -1)
                }
            }
            for channel in channels { channel.processTimeouts() }
        }
    }
}
