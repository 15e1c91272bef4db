import PatternMatching
import PolicyCore
import Testing
import Visits

@testable import VisitStore

@Suite struct JournalRecordTests {
    private func steps(_ bytes: [UInt8], isAll: Bool = true) -> [JournalDecoder.Step] {
        var steps: [JournalDecoder.Step] = []
        var at = 0
        while true {
            let step = bytes.withUnsafeBytes {
                JournalDecoder.step(UnsafeRawBufferPointer(rebasing: $0[at...]), isAll: isAll, boot: 3, stream: 4)
            }
            steps.append(step)
            switch step {
            case .record(_, let length), .unknown(let length): at += length
            case .nothing, .more, .damaged: return steps
            }
        }
    }

    private static let full = VisitBeginning(
        time: Instant(milliseconds: -1), client: "ärger", address: IPAddress("2001:db8::1"), user: "u", group: "g", method: "CONNECT",
        scheme: "https", host: "h", port: 65_535, path: "/", verdict: .reject, rule: "r", category: "c", reason: "bad-framing",
        generation: .max, isPage: true, userAgent: "a", budget: BudgetKey(rule: "groups.kids.rules[2]", owner: "a|b", shared: true),
        list: "ut1/x")
    private static let bare = VisitBeginning(time: Instant(milliseconds: .max), client: "", address: nil, verdict: .warn)
    private static let id = VisitID(boot: 3, stream: 4, sequence: .max)

    @Test func everyKindIsReadAsWritten() {
        var encoder = JournalEncoder()
        let progress = VisitProgress(id: Self.id, minute: -5, up: .max, down: 0)
        let full = VisitEnd(
            id: Self.id, status: 599, up: .max, down: 1, milliseconds: .max, outcome: .closedByPolicy, mediaType: "video/mp4",
            verdict: .block, rule: "r", category: "c", reason: "x", list: "l", lastMinute: .min)
        let bare = VisitEnd(id: Self.id, status: 0, milliseconds: 0, outcome: .open, lastMinute: 0)
        encoder.append(Self.full, sequence: 1)
        encoder.append(Self.bare, sequence: .max)
        encoder.append(progress)
        let draws = [0, 1, 2].map { count in
            VisitDraw(
                id: Self.id, minute: .max, lastMinute: -7, up: 1, down: .max,
                targets: (0..<count).map {
                    VisitDraw.Target(
                        budget: BudgetKey(rule: "rules[\($0)]", owner: "ä|b", shared: $0 == 0), category: $0 == 0 ? nil : "spiele")
                }, isTraffic: count != 1, isPage: count == 1)
        }
        for draw in draws { encoder.append(draw) }
        encoder.append(full)
        encoder.append(bare)
        encoder.appendClosed(last: 7)
        let records = steps(encoder.bytes).compactMap { step -> JournalRecord? in
            if case .record(let record, _) = step { return record }
            return nil
        }
        #expect(
            records == [
                .begin(sequence: 1, Self.full), .begin(sequence: .max, Self.bare),
                .progress(sequence: .max, minute: -5, up: .max, down: 0), .draw(sequence: .max, draws[0]),
                .draw(sequence: .max, draws[1]), .draw(sequence: .max, draws[2]), .end(sequence: .max, full), .end(sequence: .max, bare),
                .closed(last: 7),
            ])
        #expect(steps(encoder.bytes).last == .nothing)
    }

    /// However long a checkpoint is, its frames are short, and say together what it says.
    @Test(arguments: [0, 1, 40, 41, 500])
    func checkpointsAreReadAsWritten(_ count: Int) {
        let key = BudgetKey(rule: "groups.kids.rules[2]", owner: String(repeating: "a", count: 900), shared: true)
        let whole = BudgetCheckpoint(
            sequence: 9,
            uses: (0..<count).map {
                BudgetCheckpoint.Use(budget: key, minute: Int64($0) - 3, bytes: .max - UInt64($0), visits: UInt64($0))
            },
            running: (0..<count).map { BudgetCheckpoint.Running(sequence: UInt64($0), budget: key, bytes: UInt64($0) << 40) })
        var encoder = JournalEncoder()
        encoder.append(whole)
        var read: BudgetCheckpoint?
        for step in steps(encoder.bytes) {
            guard case .record(.checkpoint(let part), let length) = step else { continue }
            #expect(length <= JournalRecord.longestFrame && read?.isLast != true)
            if read?.add(part) == nil { read = part }
        }
        #expect(read == whole)
    }

    /// A journal that an earlier version left behind is replayed by this one.
    @Test func framesWithoutAListAreRead() {
        var encoder = JournalEncoder()
        var visit = Self.full
        visit.list = nil
        encoder.append(visit, sequence: 1)
        encoder.append(VisitEnd(id: Self.id, status: 200, milliseconds: 5, outcome: .complete, reason: "x", lastMinute: 0))
        var old: [UInt8] = []
        var at = 0
        while at < encoder.bytes.count {
            let length = Int(encoder.bytes[at]) | Int(encoder.bytes[at + 1]) << 8
            // The last byte of a frame is the list that is not there.
            let payload = Array(encoder.bytes[(at + 8)..<(at + 8 + length - 1)])
            let sum = payload.withUnsafeBytes { CRC32C.of($0) }
            for number in [UInt32(payload.count), sum] { old += (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } }
            old += payload
            at += 8 + length
        }
        let records = steps(old).compactMap { step -> JournalRecord? in
            if case .record(let record, _) = step { return record }
            return nil
        }
        #expect(records.first == .begin(sequence: 1, visit))
        let ends = records.compactMap { record -> VisitEnd? in
            if case .end(_, let end) = record { return end }
            return nil
        }
        #expect(ends.map(\.reason) == ["x"] && ends.map(\.list) == [nil])
    }

    @Test func longTextsAreCutBelowTheLongestFrame() {
        var visit = Self.full
        let long = String(repeating: "é", count: 100_000)
        visit.client = long
        visit.user = long
        visit.group = long
        visit.method = long
        visit.scheme = long
        visit.host = long
        visit.path = long
        visit.rule = long
        visit.category = long
        visit.reason = long
        visit.userAgent = long
        visit.budget = BudgetKey(rule: long, owner: long, shared: false)
        var encoder = JournalEncoder()
        encoder.append(visit, sequence: 1)
        #expect(encoder.bytes.count < JournalRecord.longestFrame)
        guard case .record(.begin(_, let read), _) = steps(encoder.bytes)[0] else {
            Issue.record("not read")
            return
        }
        #expect(read.path?.utf8.count == 17 << 10)
        #expect(read.client.utf8.count == 1_024)
    }

    @Test func everyPrefixIsATornTail() {
        var encoder = JournalEncoder()
        encoder.append(Self.full, sequence: 1)
        let first = encoder.bytes.count
        encoder.append(Self.full, sequence: 2)
        let bytes = encoder.bytes
        for count in 0..<bytes.count {
            let prefix = Array(bytes[..<count])
            let records = steps(prefix).filter { if case .record = $0 { true } else { false } }.count
            #expect(records == (count >= first ? 1 : 0))
            // The rest of a preallocated segment is zero.
            let padded = steps(prefix + [UInt8](repeating: 0, count: 200))
            #expect(padded.filter { if case .record = $0 { true } else { false } }.count <= (count >= first ? 2 : 1))
        }
    }

    @Test func everyFlippedBitIsNoticed() {
        var encoder = JournalEncoder()
        encoder.append(Self.full, sequence: 1)
        let bytes = encoder.bytes
        for bit in 0..<(bytes.count * 8) {
            var flipped = bytes
            flipped[bit / 8] ^= 1 << UInt8(bit % 8)
            let step = steps(flipped)[0]
            if case .record = step { Issue.record("bit \(bit) went unnoticed") }
        }
    }

    @Test func hostileBytesDoNotTrap() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<5_000 {
            let payload = (0..<Int.random(in: 1...80, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
            var frame: [UInt8] = []
            withUnsafeBytes(of: UInt32(payload.count).littleEndian) { frame.append(contentsOf: $0) }
            let sum = payload.withUnsafeBytes { CRC32C.of($0) }
            withUnsafeBytes(of: sum.littleEndian) { frame.append(contentsOf: $0) }
            // A right sum: only the decoder's own checks stand between these bytes and a trap.
            switch steps(frame + payload)[0] {
            case .record(_, let length), .unknown(let length): #expect(length == payload.count + 8)
            case .nothing, .more, .damaged: Issue.record("a whole frame was not taken as one")
            }
        }
    }

    @Test(arguments: [("123456789", 0xe306_9283 as UInt32), ("", 0), ("a", 0xc1d0_4330)])
    func sumIsCastagnolis(_ text: String, _ sum: UInt32) {
        #expect(Array(text.utf8).withUnsafeBytes { CRC32C.of($0) } == sum)
    }

    @Test func headerIsReadAsWrittenAndNotOtherwise() {
        let header = SegmentHeader(name: SegmentName(boot: 1 << 62, stream: 65_535, number: .max), kernel: 5, isStrict: true)
        let bytes = header.bytes
        #expect(bytes.count == SegmentHeader.size)
        #expect(bytes.withUnsafeBytes { SegmentHeader($0) } == header)
        for index in bytes.indices {
            var damaged = bytes
            damaged[index] ^= 0x40
            #expect(damaged.withUnsafeBytes { SegmentHeader($0) } == nil)
        }
        #expect(SegmentName(file: header.name.file) == header.name)
    }

    @Test(arguments: ["", "x.wj", "1-2.wj", "1-2-3", "g-1-1.wj", "1-70000-1.wj", "1-1-4294967296.wj", "1-2-3-4.wj"])
    func strangeFilesAreNoSegments(_ file: String) { #expect(SegmentName(file: file) == nil) }
}
