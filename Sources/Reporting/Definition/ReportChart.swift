/// How a report is drawn.
public struct ReportChart: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// A horizontal bar a row.
        case bars
        /// A column a row along time: `label` is an hour or a day.
        case columns
        /// A cell a row: hours of the clock across, weekdays (`row`) down, the value as shade.
        case heat
        /// A line a day, its active minutes as marks: `label` is an hour, `value` its bitmap.
        case minutes
    }

    public var kind: Kind
    /// The columns it takes.
    public var label: String
    public var value: String
    /// `heat`: the column of the vertical position.
    public var row: String?
    /// Drawn over `value` in the second colour, as a part of it.
    public var part: String?
    /// Drawn on top of `value` in the second colour, beside it in amount.
    public var plus: String?
    /// `bars`: drawn under `value` in the second colour, to compare.
    public var beside: String?

    /// Every column it names.
    var columns: [String] { [label, value, row, part, plus, beside].compactMap { $0 } }
}
