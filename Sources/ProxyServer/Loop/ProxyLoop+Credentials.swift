import NIOCore
import PatternMatching

extension ProxyLoop {
    /// Has a password checked off the loop, once for all requests that bring it from one address meanwhile: a browser that starts sends many.
    func check(user: String, password: String, from address: IPAddress) -> EventLoopFuture<CredentialAnswer> {
        let checker = parts.dependencies.credentials
        let generation = checker.generation
        let question = credentials.question(user: user, password: password, generation: generation, from: address)
        if let underWay = credentials.underWay[question] { return underWay }
        let answer = eventLoop.makeFutureWithTask { await checker.check(user: user, password: password, address: address) }
        credentials.underWay[question] = answer
        answer.whenComplete { result in
            self.credentials.underWay[question] = nil
            guard case .success(let answer) = result, answer == .right || answer == .wrong else { return }
            self.credentials.remember(
                user: user, password: password, isRight: answer == .right, generation: generation, at: .now())
        }
        return answer
    }
}
