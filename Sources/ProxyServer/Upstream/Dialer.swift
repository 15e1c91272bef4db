import NIOCore
import NIOPosix
import PatternMatching

/// Opens one upstream connection to the first of some checked addresses that answers (RFC 8305: the next is tried when one fails or has
/// been silent for 250 ms), within one absolute deadline. Tells its outcome once.
final class Dialer {
    enum Failure: Error { case refused(any Error), timeout, noAddress }

    private static let stagger = TimeAmount.milliseconds(250)

    private let loop: ProxyLoop
    private let host: String
    private let port: UInt16
    private let substitute: String?
    private var remaining: ArraySlice<IPAddress>
    private var pending = 0
    private var lastError: any Error = Failure.noAddress
    private var done: ((Result<UpstreamConnection, Failure>) -> Void)?
    private var deadline: Scheduled<Void>?
    private var next: Scheduled<Void>?

    init(loop: ProxyLoop, host: String, substitute: String?, port: UInt16, addresses: [IPAddress]) {
        self.loop = loop
        self.host = host
        self.port = port
        self.substitute = substitute
        remaining = addresses[...]
    }

    /// - Parameter seconds: for all addresses together.
    func dial(within seconds: Int, _ done: @escaping (Result<UpstreamConnection, Failure>) -> Void) {
        self.done = done
        deadline = loop.eventLoop.assumeIsolated().scheduleTask(in: .seconds(Int64(seconds))) { self.finish(.failure(.timeout)) }
        tryNext()
    }

    /// Nobody waits any more; a connection that still comes up is closed.
    func cancel() {
        done = nil
        stopTimers()
    }

    private func tryNext() {
        next?.cancel()
        next = nil
        guard done != nil else { return }
        guard let address = remaining.popFirst() else {
            if pending == 0 { finish(.failure(.refused(lastError))) }
            return
        }
        pending += 1
        let key = UpstreamKey(address: address, port: port, host: host, substitute: substitute)
        loop.connect(key).assumeIsolated().whenComplete { result in
            self.pending -= 1
            switch result {
            case .success(let connection): self.up(connection)
            case .failure(let error):
                self.lastError = error
                self.tryNext()
            }
        }
        if !remaining.isEmpty, done != nil {
            next = loop.eventLoop.assumeIsolated().scheduleTask(in: Self.stagger) { self.tryNext() }
        }
    }

    private func up(_ connection: UpstreamConnection) {
        if done == nil { connection.close() } else { finish(.success(connection)) }
    }

    private func finish(_ result: Result<UpstreamConnection, Failure>) {
        guard let done else { return }
        self.done = nil
        stopTimers()
        done(result)
    }

    private func stopTimers() {
        deadline?.cancel()
        next?.cancel()
        deadline = nil
        next = nil
    }
}
