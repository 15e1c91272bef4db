/// An axis from 0 to a round number, in round steps.
struct ChartScale {
    let top: Int64
    let step: Int64

    /// - Parameter most: the greatest value shown.
    init(most: Double, kind: ReportColumn.Kind) {
        let most = Int64(exactly: min(max(most, 0), 4e18).rounded(.up)) ?? 0
        let wanted = max(1, most / 4)
        step = kind == .minutes ? Self.roundMinutes(wanted) : Self.round(wanted)
        top = max(1, (most + step - 1) / step) * step
    }

    var ticks: [Int64] { Array(stride(from: 0, through: top, by: Int64.Stride(step))) }

    /// 1, 2 or 5 times a power of ten, not below `wanted`.
    private static func round(_ wanted: Int64) -> Int64 {
        var power: Int64 = 1
        while power < 1_000_000_000_000_000_000 {
            for factor: Int64 in [1, 2, 5] where factor * power >= wanted { return factor * power }
            power *= 10
        }
        return power
    }

    /// Parts of an hour, parts of a day, then whole days.
    private static func roundMinutes(_ wanted: Int64) -> Int64 {
        let sizes: [Int64] = [1, 2, 5, 10, 15, 30, 60, 120, 180, 240, 360, 720, 1_440]
        return sizes.first { $0 >= wanted } ?? round(wanted / 1_440 + 1) * 1_440
    }
}
