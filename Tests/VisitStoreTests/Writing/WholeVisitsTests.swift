import GRDB
import PatternMatching
import PolicyCore
import Testing
import Visits

@testable import VisitStore

/// Visits kept as their frames against visits made of their records: the database must not tell them apart.
@Suite struct WholeVisitsTests {
    /// One way of taking the journal up, and the database it fills.
    private struct Way {
        let isByFrame: Bool
        let queue: DatabaseQueue
        let saver: VisitSaver
        var batch = VisitBatch()
        var position = StreamPosition(boot: 9, stream: 2)
        var turns = ShortTurns()
        /// Visits of the last batch as a watcher sees them.
        var seen: [VisitRow] = []

        init(isByFrame: Bool, _ directory: TemporaryDirectory) throws {
            self.isByFrame = isByFrame
            queue = try VisitDatabase.openWriter(directory: directory.path)
            saver = try queue.write { try VisitSaver(zone: .utc, site: RegistrableSite.of, in: $0) }
        }

        mutating func take(_ frames: [[UInt8]]) throws {
            for frame in frames {
                frame.withUnsafeBytes { frame in
                    if isByFrame {
                        _ = batch.take(frame: frame, &position, cause: "gone")
                    } else if let record = JournalDecoder.record(frame, boot: 9, stream: 2) {
                        batch.take(record, &position, cause: "gone")
                    }
                }
            }
            batch.settle()
            let first = try queue.write { try saver.save(batch, in: $0, &turns) }
            seen = batch.begunVisits(first: first).map { $0.row(site: nil) }
            batch.saved(&turns)
        }

        /// Everything in the database but the numbers of terms, which are given in the order they are asked for.
        func dump() throws -> [String] {
            try queue.read { database in
                var all: [String] = []
                let views = try String.fetchAll(database, sql: "SELECT name FROM sqlite_master WHERE type = 'view' ORDER BY name")
                let queries =
                    (views + ["counter", "activity", "open_visit", "site", "host"]).map { "SELECT * FROM \($0)" } + [
                        "SELECT kind, text FROM term", "SELECT visit, quarter, bits, bytes, pageviews, rule IS NULL FROM drawn",
                    ]
                for sql in queries {
                    all += try Row.fetchAll(database, sql: sql).map { sql + ": " + Self.text($0) }.sorted()
                }
                return all
            }
        }

        private static func text(_ row: Row) -> String {
            row.filter { !["rule_id", "category_id", "list_id"].contains($0.0) }.map { name, value in
                if case .blob(let bytes) = value.storage { return "\(name)=\(Array(bytes))" }
                return "\(name)=\(value)"
            }.joined(separator: " ")
        }
    }

    @Test(arguments: 1...24) func aVisitKeptAsFramesIsStoredAsOneMadeOfRecords(_ seed: Int) throws {
        let directories = (try TemporaryDirectory(), try TemporaryDirectory())
        var frames = try Way(isByFrame: true, directories.0)
        var records = try Way(isByFrame: false, directories.1)
        var told = Told(seed: seed)
        for _ in 0..<4 {
            let batch = told.batch()
            try frames.take(batch)
            try records.take(batch)
            #expect(frames.position == records.position)
            #expect(frames.seen == records.seen && frames.batch.running.count == records.batch.running.count)
        }
        let count = try compare(frames, records)
        #expect(count > 200)
    }

    /// Whatever a frame's content is, both ways read it alike and neither traps.
    @Test(arguments: 1...24) func damagedContentIsPassedOverAlike(_ seed: Int) throws {
        let directories = (try TemporaryDirectory(), try TemporaryDirectory())
        var frames = try Way(isByFrame: true, directories.0)
        var records = try Way(isByFrame: false, directories.1)
        var told = Told(seed: seed)
        for _ in 0..<3 {
            let batch = told.batch().map { told.damage($0) }
            try frames.take(batch)
            try records.take(batch)
            #expect(frames.position == records.position)
        }
        try compare(frames, records)
    }

    /// - Returns: rows compared.
    @discardableResult
    private func compare(_ one: Way, _ other: Way) throws -> Int {
        let (a, b) = (try one.dump(), try other.dump())
        let differing = zip(a, b).first { $0 != $1 }
        #expect(a.count == b.count && differing == nil)
        return a.count
    }

    /// Most visits begin and end in one batch: those are the ones that are kept as frames.
    @Test func aShortVisitMakesNoRunningOne() {
        var batch = VisitBatch()
        var position = StreamPosition(boot: 9, stream: 2)
        var encoder = JournalEncoder()
        for number in 1...3 as ClosedRange<UInt64> {
            encoder.append(sample(Int(number)), sequence: number)
            if number != 2 { encoder.append(ending(VisitID(boot: 9, stream: 2, sequence: number))) }
        }
        for frame in payloads(encoder.bytes) {
            frame.withUnsafeBytes { #expect(batch.take(frame: $0, &position, cause: "")) }
        }
        batch.settle()
        let whole = batch.begun.map { if case .whole = $0 { true } else { false } }
        #expect(whole == [true, false, true] && batch.running.count == 1 && position.sequence == 3)
    }
}

/// The payloads of whole frames that follow each other.
private func payloads(_ bytes: [UInt8]) -> [[UInt8]] {
    var all: [[UInt8]] = []
    var at = 0
    while true {
        let frame = bytes.withUnsafeBytes { bytes -> ([UInt8], Int)? in
            let rest = UnsafeRawBufferPointer(rebasing: bytes[at...])
            guard case .whole(let payload, let length) = JournalDecoder.frame(rest, isAll: true) else { return nil }
            return (Array(payload), length)
        }
        guard let (payload, length) = frame else { return all }
        all.append(payload)
        at += length
    }
}

/// What a stream's journal might hold: any field, any order, visits that last, numbers that are missing or come twice.
private struct Told {
    private var random: Seeded
    private var next: UInt64 = 1
    private var time = someTime
    private var open: [(sequence: UInt64, time: Int64)] = []

    init(seed: Int) { random = Seeded(state: UInt64(seed) &* 0x9e37_79b9_7f4a_7c15) }

    mutating func batch() -> [[UInt8]] {
        var encoder = JournalEncoder()
        for _ in 0..<Int.random(in: 1...160, using: &random) { begin(&encoder) }
        if chance(8) { encoder.appendClosed(last: next &+ 2) }
        return payloads(encoder.bytes)
    }

    mutating func damage(_ payload: [UInt8]) -> [UInt8] {
        guard chance(4), !payload.isEmpty else { return payload }
        if chance(3) { return Array(payload.prefix(Int.random(in: 0..<payload.count, using: &random))) }
        var payload = payload
        let place = Int.random(in: 0..<payload.count, using: &random)
        payload[place] = .random(in: 0...255, using: &random)
        return payload
    }

    private mutating func begin(_ encoder: inout JournalEncoder) {
        if chance(40) { next &+= .random(in: 1...3, using: &random) }
        let sequence = chance(60) && next > 2 ? next &- 1 : next
        time += Int64.random(in: 0...9_000, using: &random)
        encoder.append(beginning(), sequence: sequence)
        if sequence == next {
            next &+= 1
            open.append((sequence, time))
        }
        while !open.isEmpty, !chance(5) { news(of: Int.random(in: 0..<open.count, using: &random), &encoder) }
    }

    private mutating func news(of index: Int, _ encoder: inout JournalEncoder) {
        let (sequence, begun) = open[index]
        let id = VisitID(boot: 9, stream: 2, sequence: sequence)
        let minute = Instant(milliseconds: begun).minute &+ (chance(3) ? .random(in: -2...40, using: &random) : 0)
        let (up, down) = (UInt64.random(in: 0...5_000, using: &random), UInt64.random(in: 0...900_000, using: &random))
        if chance(12) { return encoder.append(VisitProgress(id: id, minute: minute, up: up, down: down)) }
        if chance(12) {
            let targets = (0..<Int.random(in: 0...2, using: &random)).map {
                VisitDraw.Target(budget: budget("later \($0)"), category: "games")
            }
            return encoder.append(
                VisitDraw(
                    id: id, minute: minute, lastMinute: minute, up: up, down: down, targets: targets, isTraffic: chance(2),
                    isPage: chance(2)))
        }
        encoder.append(
            VisitEnd(
                id: id, status: chance(9) ? 0 : .random(in: 100...599, using: &random), up: up, down: down,
                milliseconds: chance(20) ? .max : 25, outcome: Outcome.allCases.randomElement(using: &random) ?? .complete,
                mediaType: text(["text/html", "image/png"]), verdict: chance(6) ? verdict() : nil,
                rule: chance(6) ? text(["rules[7]", "rules[8]"]) : nil, category: chance(6) ? text(["video", "games"]) : nil,
                reason: chance(6) ? text(["media-type", "tls-name"]) : nil, list: chance(6) ? text(["ut1/x", "own"]) : nil,
                lastMinute: minute))
        // An end may come twice.
        if !chance(30) { open.remove(at: index) }
    }

    private mutating func beginning() -> VisitBeginning {
        var visit = sample(
            Int(next), at: time, client: chance(30) ? "" : "client \(Int.random(in: 0...4, using: &random))",
            host: chance(20) ? "" : ["www.example.com", "a.example.org", "ä.example.net", "10.0.0.1"].randomElement(using: &random) ?? "",
            verdict: verdict(), rule: text(["groups.kids.default", "rules[3]", ""]), category: text(["games", "video", ""]),
            isPage: chance(2), budget: chance(3) ? budget("first") : nil)
        visit.address = chance(9) ? nil : IPAddress("192.168.1.\(Int.random(in: 1...4, using: &random))")
        visit.user = text(["anna", "björn"])
        visit.method = text(["GET", "CONNECT"]) ?? ""
        visit.port = chance(5) ? 0 : 443
        visit.path = path()
        visit.reason = text(["a list", "a schedule"])
        visit.userAgent = text(["Mozilla/5.0 (X11; Linux x86_64)", "é", "e\u{301}", ""])
        visit.list = text(["ut1/x", "own"])
        return visit
    }

    /// Long ones are cut in the middle of a character.
    private mutating func path() -> String? {
        switch Int.random(in: 0...9, using: &random) {
        case 0: nil
        case 1: ""
        case 2: "/ü/\(next)"
        case 3: "/" + String(repeating: "ü", count: 9_000)
        case 4: "/\0/x"
        default: "/page/\(next)"
        }
    }

    private mutating func verdict() -> VisitVerdict {
        chance(3) ? [.block, .warn, .reject].randomElement(using: &random) ?? .block : .allow
    }

    private mutating func budget(_ rule: String) -> BudgetKey {
        BudgetKey(rule: rule, owner: chance(2) ? "anna" : "a|b", shared: chance(2))
    }

    private mutating func text(_ some: [String]) -> String? { chance(3) ? nil : some.randomElement(using: &random) }

    private mutating func chance(_ one: Int) -> Bool { Int.random(in: 1...one, using: &random) == 1 }
}

private struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = (state ^ (state >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
