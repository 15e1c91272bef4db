import Logging
import PolicyCore

extension ProxyLoop {
    /// Where the engine gave up on a request, which is blocked or cut therefore: counts it, and tells it once in a while however often it
    /// happens (SECURITY.md B4).
    /// - Parameter snapshot: by which the passage was judged last.
    /// - Returns: what its visit says of it; nil where the engine did not give up, or nothing is known of why.
    func tellPolicyError(of passage: Passage, _ snapshot: PolicySnapshot?) -> String? {
        guard passage.decision.ground.rule == "policy-error" else { return nil }
        counters.policyErrors += 1
        let culprit = snapshot?.evidence(ofFailure: passage.decision)
        if let silent = parts.policyErrors.next(at: .now()) { log(passage, culprit, unreported: silent) }
        return culprit.map { "policy-error: \($0.place)" }
    }

    private func log(_ passage: Passage, _ culprit: Explanation.Evidence?, unreported: Int) {
        var metadata: Logger.Metadata = [
            "event": "policy_error", "client": "\(passage.identity.client)", "host": "\(passage.asked?.url.host ?? "")",
            "unreported": "\(unreported)",
        ]
        if let culprit {
            metadata["list"] = culprit.list.map { "\($0)" }
            metadata["line"] = culprit.line.map { "\(culprit.file.map { "\($0):" } ?? "")\($0)" }
            metadata["expression"] = "\(String(culprit.entry.prefix(200)))"
        }
        parts.dependencies.logger.warning(
            "an expression could not be answered within its bounds, so the request was blocked", metadata: metadata)
    }
}
