import GRDB
import PolicyCore
import Testing
import Visits

@testable import VisitStore

@Suite struct VisitSearchTests {
    /// 1,200 visits over three days; many share their millisecond.
    private func filled(_ directory: TemporaryDirectory) throws -> VisitReader {
        let store = try VisitStore.open(options(directory))
        let recorder = store.makeRecorder(stream: 0)
        for number in 0..<1_200 {
            let visit = sample(
                number, at: someTime + Int64(number / 10) * 2_160_000, client: number % 3 == 0 ? "anna" : "ben",
                host: number % 100 == 0 ? "rare.example.org" : "www.example.com", verdict: number % 50 == 7 ? .block : .allow,
                rule: number % 50 == 7 ? "rules[0]" : "groups.kids.default", category: number % 50 == 7 ? "malware" : nil)
            recorder.end(ending(recorder.begin(visit)))
        }
        #expect(recorder.flush())
        store.close()
        return try VisitReader.open(directory.path)
    }

    /// Every page of a search, one after the other.
    private func paged(_ reader: VisitReader, _ query: VisitQuery, limit: Int) throws -> [VisitRow] {
        var rows: [VisitRow] = []
        var cursor: VisitCursor?
        repeat {
            let page = try reader.visits(matching: query, before: cursor, limit: limit)
            #expect(page.rows.count <= limit)
            rows += page.rows
            // A cursor survives its way through a URL.
            cursor = page.next.flatMap { VisitCursor($0.description) }
        } while cursor != nil && rows.count < 10_000
        return rows
    }

    static let searches: [(VisitQuery, Int)] = [
        (VisitQuery(), 1_200),
        (VisitQuery(client: "anna"), 400),
        (VisitQuery(client: "nobody"), 0),
        (VisitQuery(group: "kids"), 1_200),
        (VisitQuery(site: "example.org"), 12),
        (VisitQuery(host: "rare.example.org"), 12),
        (VisitQuery(category: "malware"), 24),
        (VisitQuery(verdict: .block), 24),
        (VisitQuery(verdict: .allow), 1_176),
        (VisitQuery(verdict: .warn), 0),
        (VisitQuery(rule: "rules[0]"), 24),
        (VisitQuery(text: "RARE.example"), 12),
        (VisitQuery(text: "/page/11"), 111),
        (VisitQuery(text: "%"), 0),
        (VisitQuery(text: "_"), 0),
        (VisitQuery(text: "\\"), 0),
        (VisitQuery(from: Instant(milliseconds: someTime + 2_160_000), to: Instant(milliseconds: someTime + 2 * 2_160_000)), 10),
        (VisitQuery(client: "ben", site: "example.org", verdict: .allow), 8),
    ]

    @Test(arguments: searches)
    func searchesFindWhatMatches(_ query: VisitQuery, _ count: Int) throws {
        let reader = try filled(try TemporaryDirectory())
        let rows = try paged(reader, query, limit: 7)
        #expect(rows.count == count)
        #expect(Set(rows.map(\.id)).count == count)
        #expect(zip(rows, rows.dropFirst()).allSatisfy { ($0.time, $0.number ?? 0) > ($1.time, $1.number ?? 0) })
        #expect(rows.allSatisfy(query.matches))
        #expect(try reader.all(query, oldestFirst: false) == rows)
        #expect(try reader.all(query) == rows.reversed())
    }

    @Test func limitsAreHeld() throws {
        let directory = try TemporaryDirectory()
        let reader = try filled(directory)
        #expect(try reader.visits(matching: VisitQuery(), before: nil, limit: 100_000).rows.count == 1_000)
        #expect(try reader.visits(matching: VisitQuery(), before: nil, limit: -1).rows.count == 1)
        let last = try reader.visits(matching: VisitQuery(), before: VisitCursor(milliseconds: .min, number: .min), limit: 10)
        #expect(last.rows.isEmpty && last.next == nil)
    }

    @Test func searchThatRunsOutOfTimeSaysHowFarItLooked() throws {
        let directory = try TemporaryDirectory()
        _ = try filled(directory)
        let query = VisitQuery(text: "nowhere")
        let page = try VisitReader.open(directory.path).read {
            try VisitSearch(query: query, cursor: nil, limit: 10, until: .min).page(in: $0)
        }
        #expect(page.rows.isEmpty)
        #expect(page.searchedTo != nil)
        #expect(page.next != nil)
    }

    @Test func nothingRecordedYetIsSaid() throws {
        let directory = try TemporaryDirectory()
        #expect(throws: VisitStoreError.self) { try VisitReader.open(directory.path) }
        let store = try VisitStore.open(options(directory))
        #expect(try store.all().isEmpty)
        #expect(try store.visits(matching: VisitQuery(site: "x"), before: nil, limit: 5).rows.isEmpty)
        #expect(try store.recentClients().isEmpty)
        store.close()
    }

    @Test(arguments: ["", "1", "1.", ".1", "a.b", "1.2.3", "99999999999999999999.1"])
    func strangeCursorsAreNone(_ text: String) { #expect(VisitCursor(text) == nil) }
}
