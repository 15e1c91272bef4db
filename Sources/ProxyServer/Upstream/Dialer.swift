import NIOCore
import PatternMatching

/// Opens one upstream connection to the first of some checked addresses that answers (RFC 8305: the next is tried when one fails or has
/// been silent for 250 ms), within one absolute deadline. Tells its outcome once, at once where nothing can even be begun.
///
/// Whoever owns a name says how many addresses it has: a few are tried, and fewer of them at once, so that a name with many that are silent
/// takes no more sockets than any other (SECURITY.md D2).
final class Dialer: Registered {
    enum Failure: Error { case refused(any Error), timeout, noAddress }

    private struct Attempt {
        let number: Int
        let connection: UpstreamConnection
    }

    private static let stagger = TimeAmount.milliseconds(250)
    /// Addresses of one name that are tried.
    private static let mostAddresses = 8
    /// Attempts open at once. Over it the oldest gives way, so that silent addresses do not keep one that answers from being tried.
    private static let mostOpen = 3
    /// How long the youngest of so many is given before that: by then each was silent for longer than a lost packet is sent again after.
    private static let patience = TimeAmount.seconds(2)

    var place = -1
    private let loop: ProxyLoop
    private let host: String
    private let port: UInt16
    private let substitute: String?
    private var remaining: ArraySlice<IPAddress>
    /// Begun and not yet decided.
    private var attempts: [Attempt] = []
    private var begun = 0
    private var lastError: any Error = Failure.noAddress
    private var done: ((Result<UpstreamConnection, Failure>) -> Void)?
    /// Steady milliseconds.
    private var deadline: Int64 = .max
    private var next: UInt64?

    init(loop: ProxyLoop, host: String, substitute: String?, port: UInt16, addresses: [IPAddress]) {
        self.loop = loop
        self.host = host
        self.port = port
        self.substitute = substitute
        remaining = addresses.prefix(Self.mostAddresses)
    }

    /// - Parameter seconds: for all addresses together.
    func dial(within seconds: Int, _ done: @escaping (Result<UpstreamConnection, Failure>) -> Void) {
        self.done = done
        deadline = ProxyLoop.steadyNow() + Int64(seconds) * 1_000
        loop.dialers.insert(self)
        tryNext()
    }

    /// Nobody waits any more.
    func cancel() {
        done = nil
        leave()
    }

    /// Looks at the clock, a few times a second.
    func look(at now: Int64) { if now >= deadline { finish(.failure(.timeout)) } }

    private func tryNext() {
        stopWaiting()
        guard done != nil else { return }
        guard let address = remaining.popFirst() else {
            if attempts.isEmpty { finish(.failure(.refused(lastError))) }
            return
        }
        if attempts.count >= Self.mostOpen { attempts.removeFirst().connection.close() }
        begun += 1
        let number = begun
        do {
            let key = UpstreamKey(address: address, port: port, host: host, substitute: substitute)
            attempts.append(Attempt(number: number, connection: try loop.connect(key) { self.decided(number, $0) }))
        } catch {
            lastError = error
            return tryNext()
        }
        if !remaining.isEmpty {
            let moment = NIODeadline.now() + (attempts.count < Self.mostOpen ? Self.stagger : Self.patience)
            next = loop.eventLoop.perform(at: moment.uptimeNanoseconds) {
                self.next = nil
                self.tryNext()
            }
        }
    }

    private func decided(_ number: Int, _ result: Result<UpstreamConnection, any Error>) {
        // One that gave way is no longer of interest.
        guard done != nil, let place = attempts.firstIndex(where: { $0.number == number }) else { return }
        attempts.remove(at: place)
        switch result {
        case .success(let connection): finish(.success(connection))
        case .failure(let error):
            lastError = error
            tryNext()
        }
    }

    private func finish(_ result: Result<UpstreamConnection, Failure>) {
        guard let done else { return }
        self.done = nil
        leave()
        done(result)
    }

    /// Lets go of everything that has not come up.
    private func leave() {
        stopWaiting()
        loop.dialers.remove(self)
        let rest = attempts
        attempts = []
        for attempt in rest { attempt.connection.close() }
    }

    private func stopWaiting() {
        if let next { loop.eventLoop.cancel(next) }
        next = nil
    }
}
