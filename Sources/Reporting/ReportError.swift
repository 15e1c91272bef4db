/// Why a report cannot be run as asked, said for people.
public enum ReportError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A filter was asked for that the report does not have: its name and the ones it has. Leaving it out would give the numbers of everybody.
    case filter(report: String, filter: String, known: [String])
    /// The definition's SQL does not do what its columns promise.
    case definition(report: String, message: String)

    public var description: String {
        switch self {
        case .filter(let report, let filter, let known):
            "report \(report) cannot be filtered by \(filter)"
                + (known.isEmpty ? "; it has no filters" : "; it can by \(known.joined(separator: ", "))")
        case .definition(let report, let message): "report \(report): \(message)"
        }
    }
}
