import GRDB
import PatternMatching
import PolicyCore
import Testing
import Visits

@testable import VisitStore

/// What clients say of themselves is kept no longer than their visits.
@Suite struct UnusedTextsTests {
    private static let day: Int64 = 86_400_000

    /// As many visits, each of a program, an address, a user, a method and a host of its own.
    private func record(_ directory: TemporaryDirectory, _ numbers: Range<Int>, at time: Int64) throws {
        let store = try VisitStore.open(options(directory) { $0.clock = { time } })
        let recorder = store.makeRecorder(stream: 0)
        for number in numbers {
            var visit = sample(number, at: time, client: "client \(number % 7)", host: "host\(number).example.com")
            visit.userAgent = "Agent/\(number)"
            visit.user = "user \(number)"
            visit.method = "M\(number)"
            visit.address = IPAddress(v4: UInt32(number) + 0x0a00_0000)
            recorder.end(ending(recorder.begin(visit), at: time))
        }
        #expect(recorder.flush())
        store.close()
    }

    /// Opens at a time and waits until nothing is left to delete.
    private func keepUp(_ directory: TemporaryDirectory, _ keep: VisitStoreOptions.Keep, at time: Int64) throws {
        let store = try VisitStore.open(
            options(directory) {
                $0.keep = keep
                $0.clock = { time }
            })
        let done = time / Self.day - Int64(keep.rawDays ?? 0)
        let isDone = try eventually { try store.number("SELECT coalesce(MAX(value), 0) FROM counter WHERE name = 'texts'") >= done }
        #expect(isDone)
        store.close()
    }

    private func texts(_ kinds: [TermKind], _ directory: TemporaryDirectory) throws -> Int64 {
        let numbers = kinds.map { "\($0.rawValue)" }.joined(separator: ",")
        return try VisitReader.open(directory.path).number("SELECT COUNT(*) FROM term WHERE kind IN (\(numbers))")
    }

    private static let own: [TermKind] = [.user, .address, .userAgent, .method]

    @Test func theyDoNotOutliveTheirVisits() throws {
        let directory = try TemporaryDirectory()
        try record(directory, 0..<1_500, at: someTime)
        try record(directory, 1_400..<1_600, at: someTime + 10 * Self.day)
        #expect(try texts(Self.own, directory) == 4 * 1_600)
        let keep = VisitStoreOptions.Keep(rawDays: 30, hourlyDays: 730, dailyDays: nil)
        // The first ones' visits are gone, the others' not.
        try keepUp(directory, keep, at: someTime + 35 * Self.day)
        let reader = try VisitReader.open(directory.path)
        #expect(try reader.number("SELECT COUNT(*) FROM v_visits") == 200)
        #expect(try texts(Self.own, directory) == 4 * 200)
        #expect(try reader.number("SELECT COUNT(*) FROM host") == 200)
        let visits = try reader.all()
        #expect(visits.allSatisfy { $0.user == "user \($0.path?.dropFirst(6) ?? "")" && $0.userAgent != nil && $0.address != nil })
        #expect(try reader.number("SELECT COUNT(*) FROM v_clients WHERE user IS NOT NULL AND user_agent IS NOT NULL") == 7)
        reader.close()
        try keepUp(directory, keep, at: someTime + 100 * Self.day)
        let later = try VisitReader.open(directory.path)
        #expect(try texts(Self.own, directory) == 0)
        #expect(try later.number("SELECT COUNT(*) FROM v_visits") == 0)
        #expect(try later.number("SELECT COUNT(*) FROM host WHERE name LIKE '%example%'") == 0)
        #expect(try later.number("SELECT COUNT(*) FROM v_clients WHERE coalesce(user, address, user_agent) IS NOT NULL") == 0)
        // Sums that are kept for good, and whose they are.
        #expect(try later.number("SELECT SUM(visits) FROM v_day_client_site WHERE site = 'example.com'") == 1_700)
        #expect(try later.number("SELECT COUNT(*) FROM v_clients") == 7)
        #expect(try later.number("SELECT COUNT(*) FROM v_day_client_rule WHERE rule = 'groups.kids.default'") == 14)
        later.close()
        // Numbers of what was deleted are given to nothing else, and what comes back is new.
        try record(directory, 5..<6, at: someTime + 100 * Self.day)
        let last = try #require(try VisitReader.open(directory.path).all().first)
        #expect((last.user, last.userAgent, last.method, last.host) == ("user 5", "Agent/5", "M5", "host5.example.com"))
    }

    @Test func clientsAndSitesGoWithTheLastSums() throws {
        let directory = try TemporaryDirectory()
        try record(directory, 0..<50, at: someTime)
        let keep = VisitStoreOptions.Keep(rawDays: 10, hourlyDays: 20, dailyDays: 30)
        try keepUp(directory, keep, at: someTime + 25 * Self.day)
        #expect(try VisitReader.open(directory.path).number("SELECT COUNT(*) FROM client") == 7)
        try record(directory, 60..<61, at: someTime + 40 * Self.day)
        try keepUp(directory, keep, at: someTime + 45 * Self.day)
        let reader = try VisitReader.open(directory.path)
        // The one that came again, and the last, whose number must not be given anew.
        #expect(try reader.number("SELECT COUNT(*) FROM client") == 2)
        #expect(try reader.number("SELECT COUNT(*) FROM v_visits WHERE client = 'client 4' AND user_agent = 'Agent/60'") == 1)
    }

    @Test func nothingGoesWhereVisitsAreKeptForGood() throws {
        let directory = try TemporaryDirectory()
        try record(directory, 0..<20, at: someTime)
        let unused = UnusedTexts(keep: .init(rawDays: nil, hourlyDays: 1, dailyDays: 1), now: someTime + 4_000 * Self.day)
        let queue = try VisitDatabase.openWriter(directory: directory.path)
        #expect(try queue.write { try unused.step($0) } == UnusedTexts.Step())
        try queue.close()
        #expect(try texts(Self.own, directory) == 80)
    }

    /// A tunnel that lasts longer than visits are kept: what it refers to stays.
    @Test func aVisitThatStillRunsKeepsWhatIsItsOwn() throws {
        let directory = try TemporaryDirectory()
        let store = try VisitStore.open(options(directory))
        let recorder = store.makeRecorder(stream: 0)
        var visit = sample()
        visit.userAgent = "Agent of a tunnel"
        _ = recorder.begin(visit)
        #expect(recorder.flush())
        #expect(eventually { store.status().stored == 1 })
        let unused = UnusedTexts(keep: .init(rawDays: 1), now: someTime + 50 * Self.day)
        let queue = try VisitDatabase.openWriter(directory: directory.path)
        while try queue.write({ try unused.step($0) }).hasMore {}
        try queue.close()
        #expect(try store.all(includingJournal: false).map(\.userAgent) == ["Agent of a tunnel"])
        store.close()
    }

    /// No step deletes more than so many rows.
    @Test func stepsAreSmall() throws {
        let directory = try TemporaryDirectory()
        try record(directory, 0..<2_500, at: someTime)
        let queue = try VisitDatabase.openWriter(directory: directory.path)
        try queue.write { try $0.execute(sql: "DELETE FROM visit") }
        let unused = UnusedTexts(keep: .init(rawDays: 1), now: someTime + 50 * Self.day)
        var counts: [Int] = []
        var step = UnusedTexts.Step(hasMore: true)
        while step.hasMore {
            step = try queue.write { try unused.step($0) }
            counts.append(step.count)
        }
        #expect(counts.allSatisfy { $0 <= UnusedTexts.rows + 1 } && counts.reduce(0, +) > 12_500)
        #expect(try queue.write { try unused.step($0) } == UnusedTexts.Step(), "once a day")
        try queue.close()
    }

    /// Programs' names are the client's own, of up to 1 KiB: 200,000 were kept.
    @Test func memoryIsBounded() throws {
        let directory = try TemporaryDirectory()
        let queue = try VisitDatabase.openWriter(directory: directory.path)
        try queue.write { database in
            let interner = try Interner(site: { _ in "site" }, in: database)
            interner.begin(at: someTime)
            let filler = String(repeating: "x", count: 1_000)
            let first = try interner.term(.userAgent, "0 " + filler)
            var largest = 0
            for number in 0..<9_000 {
                _ = try interner.term(.userAgent, "\(number) " + filler)
                _ = try interner.host("\(number).\(filler)", time: someTime)
                _ = try interner.number(ofClient: "\(number) \(filler)", time: someTime)
                largest = max(largest, interner.size)
            }
            #expect(largest > 2 * Interner.mostBytes && largest <= 3 * (Interner.mostBytes + 4_096))
            // What was forgotten has its number still.
            #expect(try interner.term(.userAgent, "0 " + filler) == first)
        }
        try queue.close()
    }
}
