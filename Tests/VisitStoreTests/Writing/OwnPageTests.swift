import GRDB
import PolicyCore
import Testing
import Visits

@testable import VisitStore

/// Weir's own pages are recorded like every request, and are no site that anybody went to.
@Suite struct OwnPageTests {
    /// Allowed without a rule: the portal's pages.
    private func own(_ number: Int, at time: Int64) -> VisitBeginning {
        sample(number, at: time, host: "weir.internal", rule: nil, isPage: false)
    }

    @Test func recordedAndNoSite() throws {
        let directory = try TemporaryDirectory()
        let store = try VisitStore.open(options(directory))
        let recorder = store.makeRecorder(stream: 0)
        recorder.end(ending(recorder.begin(sample(1)), at: someTime))
        for minute in 0..<5 as Range<Int64> {
            let time = someTime + minute * 60_000
            recorder.end(ending(recorder.begin(own(Int(minute), at: time)), at: time, up: 0, down: 0))
        }
        // What was refused has no rule either and stays what it was: a request for a site.
        recorder.end(ending(recorder.begin(sample(9, host: "bad.example.net", verdict: .reject, rule: nil)), outcome: .rejected))
        #expect(recorder.flush())
        store.close()
        try check(directory)
        // Made anew from what is stored, the same.
        try VisitDatabase.openWriter(directory: directory.path).write { try RollUpRebuild(zone: .utc).run($0) }
        try check(directory)
    }

    private func check(_ directory: TemporaryDirectory) throws {
        let reader = try VisitReader.open(directory.path)
        #expect(try reader.number("SELECT count(*) FROM v_visits") == 7)
        #expect(try reader.number("SELECT count(*) FROM v_visits WHERE host = 'weir.internal'") == 5)
        #expect(try reader.number("SELECT sum(visits) FROM v_hour_client") == 7)
        #expect(try reader.number("SELECT sum(visits) FROM v_hour_totals") == 7)
        #expect(try reader.number("SELECT active_minutes(hour, bits) FROM v_hour_client") == 1)
        #expect(try reader.number("SELECT count(*) FROM v_day_client_site WHERE site = 'weir.internal'") == 0)
        #expect(try reader.number("SELECT count(*) FROM v_day_client_site WHERE site = 'example.com' OR site = 'example.net'") == 2)
        #expect(try reader.number("SELECT sum(visits) FROM v_day_client_category") == 2)
        #expect(try reader.number("SELECT active_minutes(day, minutes) FROM v_day_client_rule WHERE verdict = 'allow'") == 1)
    }
}
