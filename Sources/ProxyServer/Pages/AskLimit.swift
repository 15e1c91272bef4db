import NIOConcurrencyHelpers
import PolicyCore

/// How often one client may ask: 20 asks in ten minutes, and the same thing once in that time.
final class AskLimit: Sendable {
    enum Answer: Sendable { case take, alreadyAsked, tooMany }

    static let most = 20
    static let window: Int64 = 600_000
    private static let mostClients = 10_000

    private struct One {
        var since: Instant
        var asked: Set<String> = []
    }

    private let clients = NIOLockedValueBox<[String: One]>([:])

    /// - Parameter subject: what is asked for.
    func take(client: String, subject: String, at now: Instant) -> Answer {
        clients.withLockedValue { clients in
            if clients.count >= Self.mostClients { clients = clients.filter { Self.holds($0.value, now) } }
            if clients.count >= Self.mostClients, clients[client] == nil { return .tooMany }
            var one = clients[client].flatMap { Self.holds($0, now) ? $0 : nil } ?? One(since: now)
            if one.asked.contains(subject) { return .alreadyAsked }
            if one.asked.count >= Self.most { return .tooMany }
            one.asked.insert(subject)
            clients[client] = one
            return .take
        }
    }

    private static func holds(_ one: One, _ now: Instant) -> Bool {
        let age = now.milliseconds &- one.since.milliseconds
        return age >= 0 && age < window
    }
}
