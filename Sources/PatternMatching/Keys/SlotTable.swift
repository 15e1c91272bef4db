/// The table that leads from the hash of a key to its record, as the image holds it: six bytes a slot, the record's offset in four and the lower
/// sixteen bits of the hash in two. Where a key is looked for first its hash's upper bits say.
struct SlotTable {
    static let width = 6
    /// A slot is read as eight bytes: so many follow the last one.
    static let padding = 2
    /// Of a slot read as a number.
    static let offsetBits: UInt64 = 0xffff_ffff
    static let slotBits: UInt64 = 0xffff_ffff_ffff

    private(set) var bytes: [UInt8]
    let count: Int

    /// - Parameter keys: how many will have a slot.
    init(keys: Int) {
        // Three slots for four keys at most: a probe ends after a few, and an entry costs eight bytes here.
        count = keys + keys / 3 + 1
        bytes = [UInt8](repeating: 0, count: count * SlotTable.width + SlotTable.padding)
    }

    static func count(bytes: Int) -> Int { max(0, bytes - padding) / width }

    @inline(__always)
    static func tag(_ hash: UInt64) -> UInt64 { hash & 0xffff }

    @inline(__always)
    static func place(_ hash: UInt64, of count: Int) -> Int {
        Int(truncatingIfNeeded: hash.multipliedFullWidth(by: UInt64(truncatingIfNeeded: count)).high)
    }

    mutating func withSlots<Result>(_ body: (Slots) -> Result) -> Result {
        let count = count
        return bytes.withUnsafeMutableBytes { body(Slots(bytes: $0, count: count)) }
    }

    /// The slots while they are being filled; the caller stays within `count`.
    struct Slots {
        fileprivate let bytes: UnsafeMutableRawBufferPointer
        let count: Int

        /// 0 for an empty one.
        subscript(index: Int) -> UInt64 {
            UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index * SlotTable.width, as: UInt64.self)) & SlotTable.slotBits
        }

        func set(_ index: Int, offset: UInt32, tag: UInt64) {
            let at = index * SlotTable.width
            bytes.storeBytes(of: offset.littleEndian, toByteOffset: at, as: UInt32.self)
            bytes.storeBytes(of: UInt16(truncatingIfNeeded: tag).littleEndian, toByteOffset: at + 4, as: UInt16.self)
        }
    }
}

extension ImageSection {
    /// A slot; 0 for an empty one.
    @inline(__always)
    func slot(_ index: Int) -> UInt64 {
        let at = index &* SlotTable.width
        guard at >= 0, at <= bytes.count &- 8 else { return 0 }
        return UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self)) & SlotTable.slotBits
    }
}
