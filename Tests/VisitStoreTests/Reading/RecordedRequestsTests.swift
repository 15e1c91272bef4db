import PatternMatching
import PolicyCore
import Testing
import Visits

@testable import VisitStore

struct RecordedRequestsTests {
    private static func requests(_ reader: some VisitReading, from: Int64 = 0, size: Int = 3, withMinutes: Bool = true) throws
        -> [RecordedRequests.Item]
    {
        var stretches = RecordedRequests(
            reader, from: Instant(milliseconds: from), to: Instant(milliseconds: someTime + 3_600_000), withMinutes: withMinutes, size: size
        )
        var items: [RecordedRequests.Item] = []
        while let stretch = try stretches.next() { items += stretch }
        return items
    }

    /// Whatever the size of a stretch, and wherever a visit is: in the database, or in the journal alone.
    @Test(arguments: [1, 3, 10, 100])
    func everyVisitOnceInOrder(_ size: Int) throws {
        let directory = try TemporaryDirectory()
        let store = try VisitStore.open(options(directory))
        let recorder = store.makeRecorder(stream: 0)
        for number in 0..<10 {
            // Several at one moment.
            let id = recorder.begin(sample(number, at: someTime + Int64(number / 3)))
            recorder.end(ending(id))
        }
        _ = recorder.flush()
        #expect(try eventually { try store.number("SELECT count(*) FROM visit") == 10 })
        let paths = try Self.requests(store, size: size).map { item -> String in
            guard case .request(let request) = item else { return "passed over" }
            return request.asked.url.pathAndQuery
        }
        #expect(paths == (0..<10).map { "/page/\($0)" })
        #expect(try Self.requests(store, from: someTime + 2, size: size).count == 4)
        store.close()
    }

    @Test func journalledVisitsComeToo() throws {
        let directory = try TemporaryDirectory()
        let store = try VisitStore.open(options(directory) { $0.drainMilliseconds = 3_600_000 })
        let recorder = store.makeRecorder(stream: 0)
        for number in 0..<4 { recorder.end(ending(recorder.begin(sample(number)))) }
        _ = recorder.flush()
        #expect(try Self.requests(store).count == 4)
        store.close()
    }

    /// However much the database is behind: every visit once, a few at a time, and in order but for the width of a stretch.
    @Test(arguments: [20, 100])
    func aLongJournalComesInPieces(_ size: Int) throws {
        let directory = try TemporaryDirectory()
        do {
            let store = try VisitStore.open(options(directory))
            let recorder = store.makeRecorder(stream: 0)
            for number in 0..<10 { recorder.end(ending(recorder.begin(sample(number, at: someTime + Int64(number))))) }
            #expect(recorder.flush())
            #expect(eventually { store.status().stored == 10 })
            store.close()
        }
        let store = try VisitStore.open(options(directory) { $0.drainMilliseconds = 3_600_000 })
        let recorders = (0..<3).map { store.makeRecorder(stream: $0) }
        for number in 10..<3_010 {
            let recorder = recorders[number % 3]
            let time = someTime + Int64(number)
            recorder.end(ending(recorder.begin(sample(number, at: time)), at: time, up: 0, down: UInt64(number)))
            if number % 50 == 49 { for recorder in recorders { #expect(recorder.flush()) } }
        }
        for recorder in recorders { #expect(recorder.flush()) }
        var stretches = RecordedRequests(
            store, from: Instant(milliseconds: someTime + 5), to: Instant(milliseconds: someTime + 3_000), withMinutes: true, size: size)
        var times: [Int64] = []
        while let stretch = try stretches.next() {
            #expect(stretch.count <= size)
            for case .request(let request) in stretch {
                times.append(request.time.milliseconds - someTime)
                #expect(request.time.milliseconds - someTime < 10 || Int64(request.bytes) == times.last)
            }
        }
        #expect(times.sorted() == Array(5..<3_000))
        var newest = Int64(0)
        for time in times {
            #expect(time > newest - Int64(size) * 6)
            newest = max(newest, time)
        }
        store.close()
    }

    @Test func whatWasDecidedFirstAndLast() throws {
        let directory = try TemporaryDirectory()
        let store = try VisitStore.open(options(directory))
        let recorder = store.makeRecorder(stream: 0)
        /// Begins allowed, ends as given.
        func record(_ host: String, _ verdict: VisitVerdict?, _ outcome: Outcome) {
            let id = recorder.begin(sample(host: host))
            var end = ending(id, outcome: outcome)
            (end.verdict, end.rule) = (verdict, verdict == nil ? nil : "groups.kids.rules[3]")
            recorder.end(end)
        }
        record("plain.example", nil, .complete)
        record("media.example", .block, .complete)
        record("cut.example", .block, .closedByPolicy)
        record("egress.example", .reject, .rejected)
        recorder.end(ending(recorder.begin(sample(host: "malformed.example", verdict: .reject, rule: nil))))
        recorder.end(ending(recorder.begin(sample(host: "", rule: "groups.kids.default"))))
        recorder.end(ending(recorder.begin(sample(host: "own.example", rule: ""))))
        _ = recorder.flush()
        #expect(try eventually { try store.number("SELECT count(*) FROM visit WHERE outcome <> 0") == 7 })
        let told = try Self.requests(store).map { item -> String in
            guard case .request(let request) = item else { return "passed over" }
            return "\(request.asked.url.host) \(request.recorded.verdict) \(request.recorded.rule ?? "-") \(request.isTold)"
        }
        #expect(
            told == [
                "plain.example allow groups.kids.default true", "media.example block groups.kids.rules[3] true",
                "cut.example allow groups.kids.default true", "egress.example allow groups.kids.default false", "passed over",
                "passed over", "passed over",
            ])
        store.close()
    }

    @Test func addressesAsTheyWere() throws {
        let directory = try TemporaryDirectory()
        let store = try VisitStore.open(options(directory))
        let recorder = store.makeRecorder(stream: 0)
        func record(_ change: (inout VisitBeginning) -> Void) {
            var beginning = sample()
            change(&beginning)
            recorder.end(ending(recorder.begin(beginning)))
        }
        record { ($0.method, $0.scheme, $0.host, $0.port, $0.path) = ("CONNECT", "https", "a.example", 443, nil) }
        record { ($0.method, $0.scheme, $0.host, $0.port, $0.path) = ("CONNECT", "https", "2001:db8::1", 8443, nil) }
        record { ($0.host, $0.path) = ("b.example", nil) }
        record { ($0.host, $0.port, $0.path) = ("d.example", 8080, "/%61/../b?q=%7e") }
        record { ($0.host, $0.path, $0.user) = ("e.example", "/", "alice") }
        let mark = "…+5000 sha256:" + String(repeating: "0a", count: 32)
        record { ($0.host, $0.path) = ("f.example", "/begins" + String(repeating: "x", count: 16_200) + mark) }
        record { ($0.host, $0.path) = ("g.example", "/a…+b") }
        _ = recorder.flush()
        #expect(try eventually { try store.number("SELECT count(*) FROM visit WHERE outcome <> 0") == 7 })
        let told = try Self.requests(store, size: 100).compactMap { item -> String? in
            guard case .request(let request) = item else { return nil }
            return "\(request.asked.url.text.prefix(30)) \(request.sight) \(request.asker.user ?? "-") \(request.asked.mediaType ?? "-")"
        }
        #expect(
            told == [
                "https://a.example/ tunnel - text/html", "https://[2001:db8::1]:8443/ tunnel - text/html",
                "http://b.example/ pathUnknown - text/html",
                "http://d.example:8080/b?q=~ whole - text/html", "http://e.example/ whole alice text/html",
                "http://f.example/beginsxxxxxxx pathCut - text/html", "http://g.example/a%E2%80%A6+b whole - text/html",
            ])
        guard case .request(let cut)? = try Self.requests(store, size: 100).dropLast().last else { return }
        #expect(cut.asked.url.pathAndQuery.utf8.count == 16_207, "what is kept, without the mark")
        store.close()
    }

    @Test func minutesOfLongVisits() throws {
        let directory = try TemporaryDirectory()
        let store = try VisitStore.open(options(directory))
        let recorder = store.makeRecorder(stream: 0)
        let id = recorder.begin(sample())
        let first = Instant(milliseconds: someTime).minute
        for minute in [2, 3, 20] as [Int64] {
            recorder.progress(VisitProgress(id: id, minute: first + minute, up: 0, down: UInt64(minute) * 100))
        }
        var end = ending(id, at: someTime + 20 * 60_000, up: 0, down: 2_000)
        end.milliseconds = 20 * 60_000
        recorder.end(end)
        _ = recorder.flush()
        #expect(try eventually { try store.number("SELECT count(*) FROM visit WHERE outcome <> 0") == 1 })
        guard case .request(let request)? = try Self.requests(store).first else {
            Issue.record("no request")
            return
        }
        #expect(request.minutes.map { $0.minute - first } == [2, 3, 20])
        #expect(request.bytes + request.minutes.reduce(0) { $0 + $1.bytes } == 2_000)
        guard case .request(let short)? = try Self.requests(store, withMinutes: false).first else { return }
        #expect(short.minutes.isEmpty && short.bytes == 2_000)
        store.close()
    }

    /// A budget at a past moment: what had been used by then, and nothing after it.
    @Test func budgetsAtAMoment() throws {
        let directory = try TemporaryDirectory()
        let store = try VisitStore.open(options(directory))
        let recorder = store.makeRecorder(stream: 0)
        let key = BudgetKey(rule: "groups.kids.rules[0]", owner: "anna", shared: false)
        for minute in [0, 1, 2, 5, 9] as [Int64] {
            let time = someTime + minute * 60_000
            recorder.end(ending(recorder.begin(sample(at: time, budget: key)), at: time))
        }
        _ = recorder.flush()
        #expect(try eventually { try store.number("SELECT count(*) FROM visit WHERE outcome <> 0") == 5 })
        func used(_ minute: Int64) throws -> (Int, Bool) {
            let now = Instant(milliseconds: someTime + minute * 60_000)
            let use = try RecordedUse([key], at: now, in: store).used(
                key, from: Instant(milliseconds: someTime - 3_600_000), to: Instant(milliseconds: someTime + 86_400_000), now: now)
            return (use.minutes, use.currentMinuteCounted)
        }
        #expect(try used(0) == (1, true))
        #expect(try used(4) == (3, false))
        #expect(try used(60) == (5, false))
        #expect(
            try RecordedUse([], at: Instant(milliseconds: someTime), in: store).used(
                key, from: Instant(milliseconds: 0), to: Instant(milliseconds: someTime), now: Instant(milliseconds: 0)) == BudgetUse())
        store.close()
    }
}
