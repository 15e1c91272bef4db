import GRDB

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
        case .real(let number): number.isFinite ? number : nil
        case .none, .text: nil
        }
    }

    init(_ value: DatabaseValue) {
        switch value.storage {
        case .null, .blob: self = .none
        case .int64(let number): self = .integer(number)
        case .double(let number): self = .real(number)
        case .string(let text): self = .text(text)
        }
    }
}
