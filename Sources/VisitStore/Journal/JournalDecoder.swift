internal import PatternMatching
internal import PolicyCore
internal import Visits

/// Reads frames out of bytes that may be torn, damaged or hostile: every length is checked before use.
struct JournalDecoder {
    enum Step: Equatable {
        /// A whole frame: its record, and its bytes, head included.
        case record(JournalRecord, length: Int)
        /// A whole frame of a kind or content this version does not know.
        case unknown(length: Int)
        /// Nothing was written here yet: a length of zero, or fewer bytes than a head.
        case nothing
        /// More bytes are needed to tell.
        case more
        /// The length is impossible or the sum is wrong.
        case damaged
    }

    /// What stands where a frame is to begin.
    enum Frame {
        /// A whole frame's payload, and its bytes, head included.
        case whole(UnsafeRawBufferPointer, length: Int)
        /// As ``Step`` has them.
        case nothing, more, damaged
    }

    private let bytes: UnsafeRawBufferPointer
    private var at = 0
    private var failed = false

    /// Looks at the frame that begins where `bytes` does, its content left unread.
    /// - Parameter isAll: whether no more bytes follow in the file.
    static func frame(_ bytes: UnsafeRawBufferPointer, isAll: Bool) -> Frame {
        guard bytes.count >= JournalRecord.frameHead else { return isAll ? .nothing : .more }
        let length = Int(UInt32(littleEndian: bytes.loadUnaligned(as: UInt32.self)))
        if length == 0 { return .nothing }
        guard length <= JournalRecord.longestFrame else { return .damaged }
        let whole = length &+ JournalRecord.frameHead
        guard bytes.count >= whole else { return isAll ? .damaged : .more }
        let payload = UnsafeRawBufferPointer(rebasing: bytes[JournalRecord.frameHead..<whole])
        let sum = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
        return CRC32C.of(payload) == sum ? .whole(payload, length: whole) : .damaged
    }

    /// Reads the frame that begins where `bytes` does.
    /// - Parameter isAll: whether no more bytes follow in the file.
    static func step(_ bytes: UnsafeRawBufferPointer, isAll: Bool, boot: UInt64, stream: UInt16) -> Step {
        switch frame(bytes, isAll: isAll) {
        case .whole(let payload, let length):
            record(payload, boot: boot, stream: stream).map { .record($0, length: length) } ?? .unknown(length: length)
        case .nothing: .nothing
        case .more: .more
        case .damaged: .damaged
        }
    }

    /// What a frame's payload says; nil for a kind or content this version does not know.
    static func record(_ payload: UnsafeRawBufferPointer, boot: UInt64, stream: UInt16) -> JournalRecord? {
        var decoder = JournalDecoder(bytes: payload)
        let record = decoder.record(boot: boot, stream: stream)
        return decoder.failed ? nil : record
    }

    /// The kind of a frame's payload, and the number of the visit it tells of; nil for a kind this version does not know.
    static func head(_ payload: UnsafeRawBufferPointer) -> (kind: JournalRecord.Kind, sequence: UInt64)? {
        var decoder = JournalDecoder(bytes: payload)
        guard let kind = JournalRecord.Kind(rawValue: decoder.byte()) else { return nil }
        let sequence = decoder.varint()
        return decoder.failed ? nil : (kind, sequence)
    }

    /// The payload of a beginning, its texts left where they are; nil for content this version does not know.
    static func beginning(_ payload: UnsafeRawBufferPointer) -> BeginningFields? {
        var decoder = JournalDecoder(bytes: payload)
        _ = decoder.byte()
        _ = decoder.varint()
        let fields = decoder.beginning()
        return decoder.failed ? nil : fields
    }

    /// The payload of an end, its texts left where they are; nil for content this version does not know.
    static func end(_ payload: UnsafeRawBufferPointer) -> EndFields? {
        var decoder = JournalDecoder(bytes: payload)
        _ = decoder.byte()
        _ = decoder.varint()
        let fields = decoder.end()
        return decoder.failed ? nil : fields
    }

    private init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    private mutating func record(boot: UInt64, stream: UInt16) -> JournalRecord? {
        guard let kind = JournalRecord.Kind(rawValue: byte()) else { return nil }
        let sequence = varint()
        switch kind {
        case .begin: return beginning().map { .begin(sequence: sequence, $0.visit(in: bytes)) }
        case .progress: return .progress(sequence: sequence, minute: Int64(bitPattern: raw()), up: varint(), down: varint())
        case .draw: return draw(VisitID(boot: boot, stream: stream, sequence: sequence)).map { .draw(sequence: sequence, $0) }
        case .end:
            let id = VisitID(boot: boot, stream: stream, sequence: sequence)
            return end().map { .end(sequence: sequence, $0.end(id, in: bytes)) }
        case .closed: return .closed(last: sequence)
        case .checkpoint: return checkpoint(sequence).map { .checkpoint($0) }
        }
    }

    private mutating func checkpoint(_ sequence: UInt64) -> BudgetCheckpoint? {
        var checkpoint = BudgetCheckpoint(sequence: sequence, isLast: byte() != 0)
        for _ in 0..<count() {
            guard let budget = text().flatMap({ BudgetText.decode($0) }) else { return nil }
            checkpoint.uses.append(
                BudgetCheckpoint.Use(budget: budget, minute: Int64(bitPattern: raw()), bytes: varint(), visits: varint()))
        }
        for _ in 0..<count() {
            let number = varint()
            guard let budget = text().flatMap({ BudgetText.decode($0) }) else { return nil }
            checkpoint.running.append(BudgetCheckpoint.Running(sequence: number, budget: budget, bytes: varint()))
        }
        return checkpoint
    }

    private mutating func draw(_ id: VisitID) -> VisitDraw? {
        var draw = VisitDraw(
            id: id, minute: Int64(bitPattern: raw()), lastMinute: Int64(bitPattern: raw()), up: varint(), down: varint(), targets: [],
            isTraffic: false, isPage: false)
        let flags = byte()
        (draw.isTraffic, draw.isPage) = (flags & 1 != 0, flags & 2 != 0)
        for _ in 0..<count() {
            guard let budget = text().flatMap({ BudgetText.decode($0) }) else { return nil }
            draw.targets.append(VisitDraw.Target(budget: budget, category: text()))
        }
        return draw
    }

    /// How many things follow: no more than there are bytes.
    private mutating func count() -> Int {
        let count = varint()
        guard count <= UInt64(bytes.count &- at) else {
            failed = true
            return 0
        }
        return Int(count)
    }

    private mutating func beginning() -> BeginningFields? {
        let time = Instant(milliseconds: Int64(bitPattern: raw()))
        guard let verdict = VisitVerdict(code: Int64(byte())) else { return nil }
        let flags = byte()
        let address = flags & 2 == 0 ? nil : IPAddress(high: raw(), low: raw())
        var visit = BeginningFields(time: time, verdict: verdict, isPage: flags & 1 != 0, address: address)
        visit.port = UInt16(truncatingIfNeeded: varint())
        visit.generation = varint()
        visit.client = span()
        visit.user = span()
        visit.group = span()
        visit.method = span()
        visit.scheme = span()
        visit.host = span()
        visit.path = span()
        visit.rule = span()
        visit.category = span()
        visit.reason = span()
        visit.userAgent = span()
        visit.budget = span()
        visit.list = addedSpan()
        return visit
    }

    private mutating func end() -> EndFields? {
        let status = UInt16(truncatingIfNeeded: varint())
        let up = varint()
        let down = varint()
        let milliseconds = varint()
        guard let outcome = Outcome(code: Int64(byte())) else { return nil }
        var end = EndFields(
            status: status, up: up, down: down, milliseconds: milliseconds, outcome: outcome, lastMinute: Int64(bitPattern: raw()))
        end.verdict = VisitVerdict(code: Int64(byte()))
        end.mediaType = span()
        end.rule = span()
        end.category = span()
        end.reason = span()
        end.list = addedSpan()
        return end
    }

    /// A field that frames of earlier versions end without.
    private mutating func addedSpan() -> TextSpan { at < bytes.count ? span() : TextSpan() }

    private mutating func byte() -> UInt8 {
        guard at < bytes.count else {
            failed = true
            return 0
        }
        defer { at &+= 1 }
        return bytes[at]
    }

    private mutating func raw() -> UInt64 {
        guard bytes.count &- at >= 8 else {
            failed = true
            return 0
        }
        defer { at &+= 8 }
        return UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self))
    }

    private mutating func varint() -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while shift < 64 {
            let next = byte()
            value |= UInt64(next & 0x7f) << shift
            if next & 0x80 == 0 { return value }
            shift &+= 7
        }
        failed = true
        return 0
    }

    private mutating func text() -> String? { span().text(in: bytes) }

    private mutating func span() -> TextSpan {
        let marked = varint()
        if marked == 0 { return TextSpan() }
        guard marked &- 1 <= UInt64(bytes.count &- at) else {
            failed = true
            return TextSpan()
        }
        let count = Int(marked &- 1)
        defer { at &+= count }
        return TextSpan(start: at, count: count)
    }
}
