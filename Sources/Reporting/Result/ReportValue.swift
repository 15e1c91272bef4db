/// One cell.
public enum ReportValue: Sendable, Hashable {
    case none
    case integer(Int64)
    case real(Double)
    case text(String)

    /// As a number for a chart, nil where it is none.
    public var number: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .real(let number): number
        case .none, .text: nil
        }
    }
}
