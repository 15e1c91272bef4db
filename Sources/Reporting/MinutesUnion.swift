import GRDB

/// The SQL aggregate `minutes_union(bits)`: the active minutes of one hour over several rows, each minute once.
struct MinutesUnion: DatabaseAggregate {
    private var bits: Int64 = 0

    mutating func step(_ values: [DatabaseValue]) {
        if let value = values.first.flatMap({ Int64.fromDatabaseValue($0) }) { bits |= value }
    }

    func finalize() -> (any DatabaseValueConvertible)? { bits }
}
