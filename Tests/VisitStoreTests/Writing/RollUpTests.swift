import Foundation
import GRDB
import PatternMatching
import PolicyCore
import Testing
import Visits

@testable import VisitStore

/// Roll-ups against a plain computation from what was recorded, and against a rebuild from what is stored.
@Suite struct RollUpTests {
    /// A zone whose offset is no whole hour and changes by half an hour (Lord Howe Island's shape), one of whole hours that changes, UTC.
    static let zones = [
        ReportingZone.utc,
        ReportingZone(name: "Half") { $0 < (someTime / 1_000) + 20 * 3_600 ? 37_800 : 39_600 },
        ReportingZone(name: "Hours") { $0 < (someTime / 1_000) + 30 * 3_600 ? 7_200 : 3_600 },
        ReportingZone(name: "West") { _ in -12_600 },
    ]

    /// What was recorded of one visit.
    fileprivate struct Told {
        var beginning: VisitBeginning
        var traffic: [(minute: Int64, up: UInt64, down: UInt64)]
        var end: VisitEnd?
    }

    private struct Sums: Equatable {
        var visits: Int64 = 0
        var pageviews: Int64 = 0
        var blocked: Int64 = 0
        var up: UInt64 = 0
        var down: UInt64 = 0
        var minutes: Set<Int64> = []
    }

    @Test(arguments: zones) func rollUpsEqualWhatWasRecorded(_ zone: ReportingZone) throws {
        let directory = try TemporaryDirectory()
        let told = try record(in: directory, zone)
        try checkAll(directory, told, zone)
    }

    @Test(arguments: zones) func aZoneChangedWhileRecordingIsThatOfAllRollUps(_ zone: ReportingZone) throws {
        let directory = try TemporaryDirectory()
        let first = zone.name == "UTC" ? Self.zones[1] : .utc
        let told = try record(in: directory, first, then: zone)
        try checkAll(directory, told, zone)
    }

    private func checkAll(_ directory: TemporaryDirectory, _ told: [Told], _ zone: ReportingZone) throws {
        let reader = try VisitReader.open(directory.path)
        let sites = ["a.example.com": "example.com", "b.example.com": "example.com", "c.example.org": "example.org"]
        try check(
            reader, "SELECT hour || ' ' || client, visits, pageviews, blocked, up, down, active_minutes(hour, bits) FROM v_hour_client",
            told, zone, key: { "\(zone.hourStart(ofMinute: $1) * 60) \($0.client)" }, ending: { _, began, _ in began })
        try check(
            reader,
            "SELECT hour || ' ' || coalesce(category, '-'), visits, pageviews, blocked, up, down, active_minutes(hour, bits) FROM v_hour_category",
            told, zone, key: { "\(zone.hourStart(ofMinute: $1) * 60) \($0.category ?? "-")" },
            ending: { told, _, minute in "\(zone.hourStart(ofMinute: minute) * 60) \(told.finalCategory ?? "-")" })
        try check(
            reader,
            "SELECT day || ' ' || client || ' ' || site, visits, pageviews, blocked, up, down, active_minutes(day, minutes) FROM v_day_client_site",
            told, zone, key: { "\(zone.day(ofMinute: $1)) \($0.client) \(sites[$0.host] ?? "")" }, ending: { _, began, _ in began })
        try check(
            reader,
            """
            SELECT day || ' ' || client || ' ' || coalesce(category, '-'), visits, pageviews, blocked, up, down, active_minutes(day, minutes)
            FROM v_day_client_category
            """,
            told, zone, key: { "\(zone.day(ofMinute: $1)) \($0.client) \($0.category ?? "-")" },
            ending: { told, _, minute in "\(zone.day(ofMinute: minute)) \(told.beginning.client) \(told.finalCategory ?? "-")" })
        try check(
            reader,
            """
            SELECT day || ' ' || client || ' ' || coalesce(rule, '-') || ' ' || verdict, visits, pageviews,
                CASE verdict WHEN 'block' THEN visits ELSE 0 END, up, down, active_minutes(day, minutes) FROM v_day_client_rule
            """,
            told, zone, key: { "\(zone.day(ofMinute: $1)) \($0.client) \($0.rule ?? "-") \($0.verdict)" },
            ending: { told, _, minute in
                "\(zone.day(ofMinute: minute)) \(told.beginning.client) \(told.finalRule ?? "-") \(told.finalVerdict)"
            })
        try check(
            reader,
            """
            SELECT hour || ' ' || verdict, visits, pageviews, CASE verdict WHEN 'block' THEN visits ELSE 0 END, up, down,
                active_minutes(hour, bits) FROM v_hour_totals
            """,
            told, zone, key: { "\(zone.hourStart(ofMinute: $1) * 60) \($0.verdict)" },
            ending: { told, _, minute in "\(zone.hourStart(ofMinute: minute) * 60) \(told.finalVerdict)" })
    }

    @Test(arguments: zones) func hitsOfListsEqualWhatWasRecorded(_ zone: ReportingZone) throws {
        let directory = try TemporaryDirectory()
        var wanted: [String: (visits: Int64, pageviews: Int64)] = [:]
        for told in try record(in: directory, zone) {
            guard let list = told.finalList else { continue }
            let row = "\(zone.day(ofMinute: told.beginning.time.minute)) \(list) \(told.finalVerdict)"
            wanted[row, default: (0, 0)].visits += 1
            wanted[row, default: (0, 0)].pageviews += told.beginning.isPage ? 1 : 0
        }
        let found = try VisitReader.open(directory.path).read { database in
            try Row.fetchAll(
                database, sql: "SELECT day || ' ' || list || ' ' || verdict, visits, pageviews FROM v_day_list WHERE visits <> 0"
            )
            .map { "\($0[0] as String? ?? ""): \($0[1] as Int64? ?? -1) \($0[2] as Int64? ?? -1)" }
        }
        #expect(found.sorted() == wanted.map { "\($0): \($1.visits) \($1.pageviews)" }.sorted())
        #expect(found.count > 10)
    }

    @Test func rebuildGivesTheSameAndAnotherZoneItsOwn() throws {
        let directory = try TemporaryDirectory()
        _ = try record(in: directory, .utc)
        let before = try dump(directory)
        try VisitDatabase.openWriter(directory: directory.path).write { try RollUpRebuild(zone: .utc).run($0) }
        #expect(try dump(directory) == before)
        // Opening with another zone rebuilds; opening with the first again gives the first's.
        try VisitStore.open(options(directory) { $0.zone = Self.zones[1] }).close()
        #expect(try dump(directory) != before)
        try VisitStore.open(options(directory)).close()
        #expect(try dump(directory) == before)
    }

    /// Records a few thousand visits with every kind of course, some over hours, in small batches.
    /// - Parameter next: the zone to go on in, half-way.
    private func record(in directory: TemporaryDirectory, _ zone: ReportingZone, then next: ReportingZone? = nil) throws -> [Told] {
        let store = try VisitStore.open(
            options(directory) {
                $0.zone = zone
                $0.drainMilliseconds = 1
            })
        let recorder = store.makeRecorder(stream: 0)
        var running: [(id: VisitID, at: Int)] = []
        var told: [Told] = []
        for number in 0..<2_500 {
            let time = someTime + Int64(number) * 60_000 + Int64.random(in: 0..<60_000)
            let visit = random(number, at: time)
            let id = recorder.begin(visit)
            told.append(Told(beginning: visit, traffic: [(visit.time.minute, 0, 0)], end: nil))
            running.append((id, told.count - 1))
            running.shuffle()
            for _ in 0..<Int.random(in: 0...3) where !running.isEmpty {
                step(recorder, running[0].id, &told[running[0].at], minute: time / 60_000)
                if told[running[0].at].end != nil { running.removeFirst() }
            }
            if number % 7 == 0 { #expect(recorder.flush()) }
            if number % 100 == 0 { usleep(3_000) }
            if number == 1_250, let next { store.use(next) }
        }
        #expect(recorder.flush())
        store.close()
        #expect(store.zone.name == (next ?? zone).name)
        return told
    }

    private func random(_ number: Int, at time: Int64) -> VisitBeginning {
        let verdict: VisitVerdict = [.allow, .allow, .allow, .block, .warn, .reject].randomElement() ?? .allow
        var visit = sample(
            number, at: time, client: ["anna", "ben", "10.0.0.7"].randomElement() ?? "",
            host: ["a.example.com", "b.example.com", "c.example.org"].randomElement() ?? "", verdict: verdict,
            rule: verdict == .reject ? nil : ["rules[0]", "groups.kids.default"].randomElement(),
            category: [nil, "games", "video"].randomElement() ?? nil, isPage: Bool.random())
        if visit.category != nil { visit.list = [nil, "near", "ut1/games"].randomElement() ?? nil }
        return visit
    }

    private func step(_ recorder: any VisitRecorder, _ id: VisitID, _ told: inout Told, minute: Int64) {
        let up = (told.traffic.last?.up ?? 0) + UInt64.random(in: 0...500)
        let down = (told.traffic.last?.down ?? 0) + UInt64.random(in: 0...5_000)
        told.traffic.append((max(minute, told.traffic.last?.minute ?? minute), up, down))
        if Bool.random() {
            recorder.progress(VisitProgress(id: id, minute: minute, up: up, down: down))
        } else {
            var end = VisitEnd(id: id, status: 200, up: up, down: down, milliseconds: 1, outcome: .complete, lastMinute: minute)
            if Int.random(in: 0..<4) == 0, told.beginning.verdict == .allow {
                end.verdict = .block
                end.rule = "rules[9]"
                end.category = [nil, "late"].randomElement() ?? nil
                end.list = end.category == nil ? nil : [nil, "near"].randomElement() ?? nil
                end.outcome = .closedByPolicy
            }
            recorder.end(end)
            told.end = end
        }
    }

    /// - Parameters:
    ///   - key: the row traffic in a minute belongs to.
    ///   - ending: the row the visit itself is counted in, given that of its beginning.
    private func check(
        _ reader: VisitReader, _ sql: String, _ told: [Told], _ zone: ReportingZone, key: (VisitBeginning, Int64) -> String,
        ending: (Told, String, Int64) -> String
    ) throws {
        var wanted: [String: Sums] = [:]
        for visit in told {
            let first = visit.beginning.time.minute
            let counted = ending(visit, key(visit.beginning, first), first)
            wanted[counted, default: Sums()].visits += 1
            wanted[counted, default: Sums()].pageviews += visit.beginning.isPage ? 1 : 0
            wanted[counted, default: Sums()].blocked += visit.finalVerdict == .block ? 1 : 0
            var before: (up: UInt64, down: UInt64) = (0, 0)
            for traffic in visit.traffic {
                let row = key(visit.beginning, traffic.minute)
                wanted[row, default: Sums()].up += traffic.up - before.up
                wanted[row, default: Sums()].down += traffic.down - before.down
                if visit.beginning.verdict == .allow { wanted[row, default: Sums()].minutes.insert(traffic.minute) }
                before = (traffic.up, traffic.down)
            }
        }
        let lines = wanted.filter { $0.value != Sums() }.map { key, sums in
            "\(key): \(sums.visits) \(sums.pageviews) \(sums.blocked) \(sums.up) \(sums.down) \(sums.minutes.count)"
        }
        let found = try reader.read { database in
            try Row.fetchAll(database, sql: sql + " GROUP BY 1").map { row in
                let numbers = (1...6).map { String(row[$0] as Int64? ?? -1) }
                return "\(row[0] as String? ?? ""): " + numbers.joined(separator: " ")
            }
        }
        #expect(found.filter { !$0.hasSuffix(": 0 0 0 0 0 0") }.sorted() == lines.sorted())
    }

    /// Every roll-up as text, rows without anything left out.
    private func dump(_ directory: TemporaryDirectory) throws -> [String] {
        let reader = try VisitReader.open(directory.path)
        let tables = [
            "hour_verdict", "hour_client", "hour_category", "hour_budget", "day_client_site", "day_client_category", "day_client_rule",
            "day_list",
        ]
        return try reader.read { database in
            try tables.flatMap { table in
                try Row.fetchAll(database, sql: "SELECT * FROM \(table)").compactMap { row -> String? in
                    let isEmpty = row.allSatisfy { column, value in
                        ["hour", "day", "client", "site", "category", "rule", "verdict", "list"].contains(column)
                            || value == 0.databaseValue
                            || value == Data(repeating: 0, count: 4).databaseValue
                    }
                    return isEmpty ? nil : table + row.description
                }
            }.sorted()
        }
    }
}

extension RollUpTests.Told {
    fileprivate var finalVerdict: VisitVerdict { end?.verdict ?? beginning.verdict }
    fileprivate var finalRule: String? { end?.verdict == nil ? beginning.rule : end?.rule }
    fileprivate var finalList: String? { end?.verdict == nil ? beginning.list : end?.list }
    fileprivate var finalCategory: String? { end?.verdict == nil ? beginning.category : end?.category }
}
