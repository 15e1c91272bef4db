import Foundation
import GRDB
import PatternMatching
import PolicyCore
import VisitStore
import Visits

/// A data directory of its own that visits were recorded in, as a proxy would; removed with its last reference.
final class RecordedVisits: VisitReading {
    let path: String
    let zone: ReportingZone
    private let reader: VisitReader

    init(_ visits: [PlainVisit], zone name: String) throws {
        let path = NSTemporaryDirectory() + "weir-reports-" + UUID().uuidString
        let zone = try Self.zone(name)
        self.path = path
        self.zone = zone
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let last = (visits.last?.time ?? 0) + 86_400_000
        let open = { (now: Int64) in
            try VisitStore.open(
                VisitStoreOptions(
                    directory: path, keep: VisitStoreOptions.Keep(rawDays: nil, hourlyDays: nil, dailyDays: nil), zone: zone,
                    site: { PlainVisit.site(of: $0) }, clock: { now }))
        }
        // The policy as it was from the first visit on, then as it is after half of them.
        for (moment, parts) in PlainReports.policies(visits) {
            let store = try open(moment)
            store.describe(parts)
            store.close()
        }
        let store = try open(last)
        let recorder = store.makeRecorder(stream: 0)
        for (number, visit) in visits.enumerated() {
            Self.record(visit, recorder)
            if number % 200 == 199 { _ = recorder.flush() }
        }
        let isWritten = recorder.flush()
        store.close()
        guard isWritten else { throw CocoaError(.fileWriteUnknown) }
        reader = try VisitReader.open(path, zone: zone)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    static func zone(_ name: String) throws -> ReportingZone {
        let data = try Data(contentsOf: URL(filePath: "/usr/share/zoneinfo/\(name)"))
        guard let table = ZoneTable(tzif: Array(data)) else { throw CocoaError(.fileReadCorruptFile) }
        return ReportingZone(name: name) { table.offset(at: $0) }
    }

    private static func record(_ visit: PlainVisit, _ recorder: any VisitRecorder) {
        let id = recorder.begin(
            VisitBeginning(
                time: Instant(milliseconds: visit.time), client: visit.client, address: IPAddress("192.168.1.20"), group: visit.group,
                method: "GET", scheme: "http", host: visit.host, port: 80, verdict: visit.began.verdict, rule: visit.began.rule,
                category: visit.began.category, isPage: visit.isPage, budget: visit.budget, list: visit.began.list))
        var up: UInt64 = 0
        var down: UInt64 = 0
        for flow in visit.flows {
            up += flow.up
            down += flow.down
            if visit.flows.count > 1 { recorder.progress(VisitProgress(id: id, minute: flow.minute, up: up, down: down)) }
        }
        var end = VisitEnd(
            id: id, status: 200, up: up, down: down, milliseconds: 20, outcome: .complete,
            lastMinute: visit.flows.last?.minute ?? visit.minute)
        if visit.final != visit.began {
            end.verdict = visit.final.verdict
            end.rule = visit.final.rule
            end.category = visit.final.category
            end.list = visit.final.list
        }
        recorder.end(end)
    }
}

extension RecordedVisits {
    func read<Value>(seconds: Double, _ body: (Database) throws -> Value) throws -> Value { try reader.read(seconds: seconds, body) }

    func coverage(from: Instant?, to: Instant?) throws -> Coverage { try reader.coverage(from: from, to: to) }

    func visits(matching query: VisitQuery, before cursor: VisitCursor?, limit: Int) throws -> VisitPage {
        try reader.visits(matching: query, before: cursor, limit: limit)
    }

    func each(matching query: VisitQuery, oldestFirst: Bool, includingJournal: Bool, _ body: (VisitRow) throws -> Bool) throws {
        try reader.each(matching: query, oldestFirst: oldestFirst, includingJournal: includingJournal, body)
    }

    func journalled() throws -> JournalledVisits { try reader.journalled() }

    func recentClients(limit: Int) throws -> [DeviceSeen] { try reader.recentClients(limit: limit) }
}
