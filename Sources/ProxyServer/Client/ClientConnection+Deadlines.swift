/// Deadlines: a connection is looked at when one may have passed, and at no other time. Moments that move later, as they do with every byte,
/// move nothing: whoever is looked at too early says when to come again.
extension ClientConnection {
    /// While somebody takes nothing, or a body is under way: what cannot be told in advance is looked at this often.
    static let vigil: Int64 = 5_000

    /// Sees to it that the connection is looked at by then.
    /// - Parameter moment: steady milliseconds.
    func wake(by moment: Int64) {
        guard isListed else { return }
        if let known = loop.deadlines.due(of: self), known <= moment { return }
        loop.deadlines.set(self, due: moment)
    }

    /// Looks at the clock.
    /// - Returns: when to look again, in steady milliseconds; nil for when something happens.
    func look(at now: Int64) -> Int64? {
        if stall.isStalled(isWritable: !isWaitedFor, taken: acknowledged, at: now) {
            loop.counters.stalledWrites += 1
            switch stage {
            case .exchange(let exchange): exchange.end(.timeout)
            case .tunnel(let tunnel): tunnel.end(.timeout)
            default: close()
            }
            return nil
        }
        let next = lookAtStage(at: now)
        return isWaitedFor ? min(next ?? .max, now + Self.vigil) : next
    }

    /// Whether the client is waited for to take what was written: it is too much, or the last.
    private var isWaitedFor: Bool {
        if case .lingering = stage, unsent > 0 { return true }
        return !isWritable
    }

    private func lookAtStage(at now: Int64) -> Int64? {
        switch stage {
        case .preface, .head:
            // Whoever takes nothing is another's concern (``StallWatch``), and whoever takes little has time.
            guard isWritable else { return nil }
            if now >= deadline { headIsLate() }
            return deadline
        case .exchange(let exchange): return exchange.look(at: now)
        case .tunnel(let tunnel): return tunnel.look(at: now)
        case .lingering where now >= deadline && unsent > 0:
            // Whoever is slow has the end of its reply all the same.
            deadline = now + Self.lingerTime
            return deadline
        case .discarding, .recording, .lingering:
            if now >= deadline { close() }
            return deadline
        case .portal(let portal): return portal.look(at: now)
        // The moment is set when they end; who dials has a timer.
        case .credentials, .dialling, .closed: return nil
        }
    }

    private func headIsLate() {
        if input.readableBytes == 0, inner == nil {
            loop.counters.idleTimeouts += 1
            return close()
        }
        loop.counters.headTimeouts += 1
        refuse(.timeout)
    }
}

extension ProxyLoop {
    /// Looks at the connections of which a deadline may have passed.
    func lookAtDeadlines() {
        while let client = deadlines.popDue(at: steady) {
            counters.deadlinesLookedAt += 1
            guard let next = client.look(at: steady) else { continue }
            // What is late already has been dealt with, or is given until the next tick.
            client.wake(by: max(next, steady + 1))
        }
    }
}
