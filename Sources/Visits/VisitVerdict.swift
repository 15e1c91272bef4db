/// What was decided about a visit: a policy verdict, or `reject` for what was malformed or refused by configuration and not by a rule.
public enum VisitVerdict: String, Sendable, Codable, CaseIterable {
    case allow, block, warn, reject
}
