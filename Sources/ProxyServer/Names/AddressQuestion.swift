import NIOCore

/// One name under way: its IPv4 and its IPv6 addresses are asked for at the same moment. Lives on the resolver's thread.
final class AddressQuestion {
    /// How long the second family is waited for once the first has addresses (RFC 8305, 3): a server that never answers about one of them
    /// keeps nobody waiting.
    static let patience = TimeAmount.milliseconds(50)
    /// How long an answer without the second family is remembered at most, in seconds.
    static let mostHalf: Int64 = 30

    enum Outcome {
        case reply(NameReply)
        /// With the seconds that the zone wants it remembered.
        case failure(NameError, seconds: Int64?)
    }

    private var v4: Outcome?
    private var v6: Outcome?
    private var done: ((ResolverThread.Answer) -> Void)?
    /// When it is answered with what there is.
    private(set) var deadline: NIODeadline?

    init(_ done: @escaping (ResolverThread.Answer) -> Void) { self.done = done }

    var isAnswered: Bool { done == nil }

    func arrived(_ outcome: Outcome, isV4: Bool, at now: NIODeadline) {
        if isV4 { v4 = outcome } else { v6 = outcome }
        if v4 != nil, v6 != nil { return finish() }
        if !addresses(outcome).isEmpty { deadline = now + Self.patience }
    }

    func finish() {
        guard let done else { return }
        self.done = nil
        deadline = nil
        done(answer)
    }

    private func addresses(_ outcome: Outcome?) -> [ResolvedAddress] {
        if case .reply(let reply)? = outcome { reply.addresses.map(ResolvedAddress.init) } else { [] }
    }

    private var answer: ResolverThread.Answer {
        let found = AddressOrder.preferred(v4: addresses(v4), v6: addresses(v6))
        if found.isEmpty { return failure }
        var seconds = Int64.max
        var isHalf = false
        for outcome in [v4, v6] {
            switch outcome {
            case .reply(let reply): if !reply.addresses.isEmpty { seconds = min(seconds, reply.seconds ?? 0) }
            // The name is there; that it has none of this family was the answer.
            case .failure(.noAddress, _): break
            case .failure, nil: isHalf = true
            }
        }
        return ResolverThread.Answer(result: .success(found), seconds: isHalf ? min(seconds, Self.mostHalf) : seconds)
    }

    /// The worse of the two; remembered for as long as both may be.
    private var failure: ResolverThread.Answer {
        let both = [v4, v6].map { outcome -> (error: NameError, seconds: Int64?) in
            switch outcome {
            case .reply(let reply): (.noAddress, reply.seconds)
            case .failure(let error, let seconds): (error, seconds)
            case nil: (.timeout, nil)
            }
        }
        let order: [NameError] = [.stopped, .badName, .notFound, .timeout, .serverFailure, .overloaded, .noAddress]
        let error = order.first { error in both.contains { $0.error == error } } ?? .serverFailure
        let said = both.compactMap { $0.error == error ? $0.seconds : nil }.min()
        return ResolverThread.Answer(result: .failure(error), seconds: error.memory(said))
    }
}
