internal import GRDB
internal import GRDBSQLite

/// The functions of `docs/reports-schema.md`, registered through SQLite's own interface: the batch writer calls one for every row it merges.
enum SQLFunctions {
    static func register(on database: Database) throws {
        let connection = database.sqliteConnection
        let flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC
        var codes: [CInt] = []
        codes.append(sqlite3_create_function_v2(connection, "minutes_or", 2, flags, nil, minutesOr, nil, nil, nil))
        codes.append(sqlite3_create_function_v2(connection, "minutes_count", 1, flags, nil, minutesCount, nil, nil, nil))
        codes.append(sqlite3_create_function_v2(connection, "minute_is_set", 2, flags, nil, minuteIsSet, nil, nil, nil))
        codes.append(
            sqlite3_create_function_v2(connection, "active_minutes", 2, flags, nil, nil, activeMinutesStep, activeMinutesFinal, nil))
        if let failed = codes.first(where: { $0 != SQLITE_OK }) {
            throw VisitStoreError.database("registering functions: error \(failed)")
        }
    }

    /// The packed minutes an argument holds; an integer is an hour's bits, held as hour 0.
    fileprivate static func minutes(_ value: OpaquePointer?) -> DayMinutes {
        switch sqlite3_value_type(value) {
        case SQLITE_INTEGER: return DayMinutes(hour: 0, bits: UInt64(bitPattern: sqlite3_value_int64(value)))
        case SQLITE_BLOB:
            let count = Int(sqlite3_value_bytes(value))
            return DayMinutes(packed: UnsafeRawBufferPointer(start: sqlite3_value_blob(value), count: count))
        default: return DayMinutes()
        }
    }
}

private func minutesOr(context: OpaquePointer?, count: CInt, values: UnsafeMutablePointer<OpaquePointer?>?) {
    guard let values, count == 2 else { return }
    var all = SQLFunctions.minutes(values[0])
    all.formUnion(SQLFunctions.minutes(values[1]))
    all.packed.withUnsafeBytes {
        // -1 is SQLITE_TRANSIENT: SQLite copies the bytes before this returns.
        sqlite3_result_blob(context, $0.baseAddress, CInt($0.count), unsafeBitCast(-1, to: sqlite3_destructor_type.self))
    }
}

private func minutesCount(context: OpaquePointer?, count: CInt, values: UnsafeMutablePointer<OpaquePointer?>?) {
    guard let values, count == 1 else { return }
    sqlite3_result_int64(context, Int64(SQLFunctions.minutes(values[0]).count))
}

private func minuteIsSet(context: OpaquePointer?, count: CInt, values: UnsafeMutablePointer<OpaquePointer?>?) {
    guard let values, count == 2 else { return }
    let minute = Int(clamping: sqlite3_value_int64(values[1]))
    sqlite3_result_int64(context, SQLFunctions.minutes(values[0]).contains(minute: minute) ? 1 : 0)
}

/// What `active_minutes` has seen so far: minutes by key.
private final class ActiveMinutes {
    var byKey: [Int64: DayMinutes] = [:]
    var lastKey: Int64 = .min
    var last = DayMinutes()

    /// Rows mostly come key by key, so the last one is kept out of the table.
    func add(_ minutes: DayMinutes, key: Int64) {
        if key != lastKey {
            flush()
            lastKey = key
            last = byKey[key] ?? DayMinutes()
        }
        last.formUnion(minutes)
    }

    func flush() {
        if lastKey != .min { byKey[lastKey] = last }
    }
}

// SQLite gives each running aggregate zeroed memory; it holds one retained reference, released in the final call, which SQLite always makes.
private func activeMinutesStep(context: OpaquePointer?, count: CInt, values: UnsafeMutablePointer<OpaquePointer?>?) {
    guard let values, count == 2, sqlite3_value_type(values[0]) != SQLITE_NULL,
        let slot = sqlite3_aggregate_context(context, CInt(MemoryLayout<UnsafeMutableRawPointer?>.size))?
            .assumingMemoryBound(to: UnsafeMutableRawPointer?.self)
    else { return }
    let state: ActiveMinutes
    if let held = slot.pointee {
        state = Unmanaged<ActiveMinutes>.fromOpaque(held).takeUnretainedValue()
    } else {
        state = ActiveMinutes()
        slot.pointee = Unmanaged.passRetained(state).toOpaque()
    }
    state.add(SQLFunctions.minutes(values[1]), key: sqlite3_value_int64(values[0]))
}

private func activeMinutesFinal(context: OpaquePointer?) {
    guard let slot = sqlite3_aggregate_context(context, 0)?.assumingMemoryBound(to: UnsafeMutableRawPointer?.self),
        let held = slot.pointee
    else {
        sqlite3_result_int64(context, 0)
        return
    }
    let state = Unmanaged<ActiveMinutes>.fromOpaque(held).takeRetainedValue()
    slot.pointee = nil
    state.flush()
    sqlite3_result_int64(context, Int64(state.byKey.values.reduce(0) { $0 + $1.count }))
}
