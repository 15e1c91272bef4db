import CNeighbours
import NIOCore
import PatternMatching
import PolicyCore

/// What the kernel has told of neighbours and own addresses so far.
struct LinkState {
    /// Hardware addresses by address, then by interface: the same link-local address may be another machine's on another network.
    private var neighbours: [IPAddress: [Int32: MACAddress]] = [:]
    /// Interfaces that have the address.
    private(set) var own: [IPAddress: Set<Int32>] = [:]
    private var missing: [IPAddress: NIODeadline] = [:]
    /// Who waits for the next look.
    struct Asking: Sendable {
        var address: IPAddress
        var promise: EventLoopPromise<MACAddress?>
    }
    var waiting: [Asking] = []
    /// False until the first look is complete, and where there is none.
    var isWatched = false

    static func isAlwaysOwn(_ address: IPAddress) -> Bool {
        if address.isV4 { return address.low >> 24 & 0xff == 127 || address.low & 0xffff_ffff == 0 }
        return address.high == 0 && address.low <= 1
    }

    func mac(of address: IPAddress) -> MACAddress? {
        guard let found = neighbours[address], let first = found.first?.value else { return nil }
        return found.values.allSatisfy { $0 == first } ? first : nil
    }

    func isMissing(_ address: IPAddress, at now: NIODeadline) -> Bool { missing[address].map { now < $0 } ?? false }

    mutating func apply(_ event: weir_link_event) {
        let address = Self.address(event)
        switch event.kind {
        case Int32(WEIR_LINK_NEIGHBOUR):
            neighbours[address, default: [:]][event.interface] = Self.mac(event)
            missing[address] = nil
        case Int32(WEIR_LINK_NEIGHBOUR_GONE):
            neighbours[address]?[event.interface] = nil
            if neighbours[address]?.isEmpty == true { neighbours[address] = nil }
        case Int32(WEIR_LINK_ADDRESS):
            own[address, default: []].insert(event.interface)
        case Int32(WEIR_LINK_ADDRESS_GONE):
            own[address]?.remove(event.interface)
            if own[address]?.isEmpty == true { own[address] = nil }
        default: break
        }
    }

    /// Forgets the neighbours: a dump that tells all of them follows.
    mutating func forgetNeighbours() { neighbours.removeAll(keepingCapacity: true) }

    mutating func forgetOwn() { own.removeAll(keepingCapacity: true) }

    /// Those who wait, taken before a look begins: who comes later waits for the next one.
    mutating func takeWaiting() -> [Asking] {
        defer { waiting = [] }
        return waiting
    }

    /// Ends a look: those who waited for it get what there is now.
    mutating func settle(_ asking: [Asking], at now: NIODeadline) -> [(promise: EventLoopPromise<MACAddress?>, mac: MACAddress?)] {
        if missing.count > 10_000 { missing.removeAll() }
        return asking.map { one in
            let mac = mac(of: one.address)
            if mac == nil { missing[one.address] = now + .seconds(10) }
            return (one.promise, mac)
        }
    }

    private static func address(_ event: weir_link_event) -> IPAddress {
        withUnsafeBytes(of: event.address) { bytes in
            event.is_v4 != 0 ? IPAddress(v4: UInt32(bigEndian: bytes.loadUnaligned(as: UInt32.self))) : IPAddress(networkOrder: bytes)
        }
    }

    private static func mac(_ event: weir_link_event) -> MACAddress {
        MACAddress(bits: withUnsafeBytes(of: event.mac) { $0.reduce(0) { $0 << 8 | UInt64($1) } })
    }
}
