internal import Visits

/// The numbers verdicts and outcomes are stored as. Never changed, only added to: databases and journals hold them.
extension VisitVerdict {
    var code: Int64 {
        switch self {
        case .allow: 1
        case .block: 2
        case .warn: 3
        case .reject: 4
        }
    }

    init?(code: Int64) {
        switch code {
        case 1: self = .allow
        case 2: self = .block
        case 3: self = .warn
        case 4: self = .reject
        default: return nil
        }
    }
}

extension Outcome {
    var code: Int64 {
        switch self {
        case .open: 0
        case .complete: 1
        case .clientAbort: 2
        case .truncated: 3
        case .upstreamError: 4
        case .timeout: 5
        case .closedByPolicy: 6
        case .interrupted: 7
        case .rejected: 8
        }
    }

    init?(code: Int64) {
        guard let found = Outcome.allCases.first(where: { $0.code == code }) else { return nil }
        self = found
    }
}

/// What kind of text a row of the table `term` holds. Never changed, only added to.
enum TermKind: Int64 {
    case category = 1
    case rule, reason, group, user, method, scheme, address, mediaType, userAgent, budget, list
}
