internal import PatternMatching
internal import PolicyCore
internal import Visits

/// Appends frames to a byte array.
///
/// A frame is length (32 bits), CRC-32C (32 bits), then the payload: its kind, its visit's sequence number, its fields. Numbers are varints
/// (LEB128); a text is its length plus one and its UTF-8, zero alone standing for none. Texts are cut so that no frame outgrows
/// ``JournalRecord/longestFrame``: a path at 17 KiB, all others at 1 KiB.
struct JournalEncoder: Sendable {
    private(set) var bytes: [UInt8] = []

    /// Budgets one visit draws on at once: its own and that of the name its tunnel shows are two.
    private static let mostTargets = 16

    var isEmpty: Bool { bytes.isEmpty }

    init() { bytes.reserveCapacity(16 << 10) }

    mutating func removeAll() {
        // A burst's buffer is not kept for good.
        bytes.removeAll(keepingCapacity: bytes.capacity <= 1 << 20)
    }

    mutating func replace(with frames: [UInt8]) { bytes = frames }

    mutating func append(_ visit: VisitBeginning, sequence: UInt64) {
        let start = open(.begin, sequence)
        raw(UInt64(bitPattern: visit.time.milliseconds))
        bytes.append(UInt8(truncatingIfNeeded: visit.verdict.code))
        bytes.append((visit.isPage ? 1 : 0) | (visit.address != nil ? 2 : 0))
        if let address = visit.address {
            raw(address.high)
            raw(address.low)
        }
        varint(UInt64(visit.port))
        varint(visit.generation)
        text(visit.client)
        text(visit.user)
        text(visit.group)
        text(visit.method)
        text(visit.scheme)
        text(visit.host)
        text(visit.path, atMost: 17 << 10)
        text(visit.rule)
        text(visit.category)
        text(visit.reason)
        text(visit.userAgent)
        text(visit.budget.map(BudgetText.encode))
        text(visit.list)
        close(start)
    }

    mutating func append(_ progress: VisitProgress) {
        let start = open(.progress, progress.id.sequence)
        raw(UInt64(bitPattern: progress.minute))
        varint(progress.up)
        varint(progress.down)
        close(start)
    }

    mutating func append(_ draw: VisitDraw) {
        let start = open(.draw, draw.id.sequence)
        raw(UInt64(bitPattern: draw.minute))
        raw(UInt64(bitPattern: draw.lastMinute))
        varint(draw.up)
        varint(draw.down)
        bytes.append((draw.isTraffic ? 1 : 0) | (draw.isPage ? 2 : 0))
        let targets = draw.targets.prefix(Self.mostTargets)
        varint(UInt64(targets.count))
        for target in targets {
            text(BudgetText.encode(target.budget))
            text(target.category)
        }
        close(start)
    }

    mutating func append(_ end: VisitEnd) {
        let start = open(.end, end.id.sequence)
        varint(UInt64(end.status))
        varint(end.up)
        varint(end.down)
        varint(end.milliseconds)
        bytes.append(UInt8(truncatingIfNeeded: end.outcome.code))
        raw(UInt64(bitPattern: end.lastMinute))
        bytes.append(UInt8(truncatingIfNeeded: end.verdict?.code ?? 0))
        text(end.mediaType)
        text(end.rule)
        text(end.category)
        text(end.reason)
        text(end.list)
        close(start)
    }

    mutating func appendClosed(last: UInt64) {
        close(open(.closed, last))
    }

    mutating func append(_ checkpoint: BudgetCheckpoint) {
        for part in checkpoint.frames {
            let start = open(.checkpoint, part.sequence)
            bytes.append(part.isLast ? 1 : 0)
            varint(UInt64(part.uses.count))
            for use in part.uses {
                text(BudgetText.encode(use.budget))
                raw(UInt64(bitPattern: use.minute))
                varint(use.bytes)
                varint(use.visits)
            }
            varint(UInt64(part.running.count))
            for visit in part.running {
                varint(visit.sequence)
                text(BudgetText.encode(visit.budget))
                varint(visit.bytes)
            }
            close(start)
        }
    }

    private mutating func open(_ kind: JournalRecord.Kind, _ sequence: UInt64) -> Int {
        let start = bytes.count
        raw(0)
        bytes.append(kind.rawValue)
        varint(sequence)
        return start
    }

    private mutating func close(_ start: Int) {
        let payload = start &+ JournalRecord.frameHead
        bytes.withUnsafeMutableBytes { all in
            let length = UInt32(truncatingIfNeeded: all.count &- payload)
            let crc = CRC32C.of(UnsafeRawBufferPointer(rebasing: all[payload...]))
            all.storeBytes(of: length.littleEndian, toByteOffset: start, as: UInt32.self)
            all.storeBytes(of: crc.littleEndian, toByteOffset: start &+ 4, as: UInt32.self)
        }
    }

    private mutating func raw(_ value: UInt64) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    private mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    private mutating func text(_ value: String?, atMost limit: Int = 1_024) {
        guard var value else {
            bytes.append(0)
            return
        }
        value.withUTF8 { utf8 in
            let kept = utf8.count <= limit ? utf8 : UnsafeBufferPointer(rebasing: utf8[..<limit])
            varint(UInt64(kept.count) &+ 1)
            bytes.append(contentsOf: kept)
        }
    }
}

/// A budget's key as one text: `client|rule|owner` or `shared|rule|group`. Rules hold no `|`.
enum BudgetText {
    static func encode(_ key: BudgetKey) -> String {
        (key.shared ? "shared|" : "client|") + key.rule + "|" + key.owner
    }

    static func decode(_ text: some StringProtocol) -> BudgetKey? {
        let parts = text.split(separator: "|", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3 else { return nil }
        return BudgetKey(rule: String(parts[1]), owner: String(parts[2]), shared: parts[0] == "shared")
    }
}
