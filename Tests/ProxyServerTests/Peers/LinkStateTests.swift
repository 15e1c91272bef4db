import CNeighbours
import NIOCore
import NIOPosix
import PatternMatching
import PolicyCore
import Testing

@testable import ProxyServer

@Suite struct LinkStateTests {
    private func event(_ kind: Int, _ address: [UInt8], mac: UInt8 = 0, interface: Int32 = 1) -> weir_link_event {
        var event = weir_link_event()
        event.kind = Int32(kind)
        event.interface = interface
        event.is_v4 = address.count == 4 ? 1 : 0
        withUnsafeMutableBytes(of: &event.address) { $0.copyBytes(from: address) }
        withUnsafeMutableBytes(of: &event.mac) { $0.copyBytes(from: [0x3c, 0x22, 0xfb, 1, 2, mac]) }
        return event
    }

    @Test func neighboursComeAndGo() {
        var state = LinkState()
        let address = IPAddress(v4: 0xc0a8_0114)
        state.apply(event(WEIR_LINK_NEIGHBOUR, [192, 168, 1, 20], mac: 3))
        #expect(state.mac(of: address) == MACAddress(bits: 0x3c22_fb01_0203))
        state.apply(event(WEIR_LINK_NEIGHBOUR, [192, 168, 1, 20], mac: 4))
        #expect(state.mac(of: address) == MACAddress(bits: 0x3c22_fb01_0204))
        state.apply(event(WEIR_LINK_NEIGHBOUR_GONE, [192, 168, 1, 20]))
        #expect(state.mac(of: address) == nil)
    }

    @Test func oneLinkLocalAddressOnTwoNetworksIsNobody() {
        var state = LinkState()
        let bytes: [UInt8] = [0xfe, 0x80] + [UInt8](repeating: 0, count: 13) + [1]
        let address = IPAddress(high: 0xfe80 << 48, low: 1)
        state.apply(event(WEIR_LINK_NEIGHBOUR, bytes, mac: 1, interface: 1))
        #expect(state.mac(of: address) != nil)
        state.apply(event(WEIR_LINK_NEIGHBOUR, bytes, mac: 2, interface: 2))
        #expect(state.mac(of: address) == nil)
        state.apply(event(WEIR_LINK_NEIGHBOUR_GONE, bytes, interface: 1))
        #expect(state.mac(of: address) == MACAddress(bits: 0x3c22_fb01_0202))
    }

    @Test func ownAddressesPerInterface() {
        var state = LinkState()
        let address = IPAddress(v4: 0x0a00_0001)
        state.apply(event(WEIR_LINK_ADDRESS, [10, 0, 0, 1], interface: 1))
        state.apply(event(WEIR_LINK_ADDRESS, [10, 0, 0, 1], interface: 2))
        state.apply(event(WEIR_LINK_ADDRESS_GONE, [10, 0, 0, 1], interface: 1))
        #expect(state.own[address] == [2])
        state.apply(event(WEIR_LINK_ADDRESS_GONE, [10, 0, 0, 1], interface: 2))
        #expect(state.own[address] == nil)
    }

    @Test func thisMachine() async throws {
        let table = NeighbourTable()
        let loopback = try #require(IPAddress("127.0.0.1"))
        #expect(table.isOwn(loopback))
        #expect(table.ownAddresses.contains(loopback), "the kernel told of its loopback interface")
        #expect(!table.isOwn(try #require(IPAddress("198.51.100.1"))))
        let loop = MultiThreadedEventLoopGroup.singleton.any()
        #expect(try await table.mac(of: loopback, on: loop).get() == nil)
        #expect(try await table.mac(of: loopback, on: loop).get() == nil)
        table.stop()
    }
}
