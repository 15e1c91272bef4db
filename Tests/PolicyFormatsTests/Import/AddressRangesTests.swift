import PatternMatching
import Testing

@testable import PolicyFormats

@Suite struct AddressRangesTests {
    static func ranges(_ texts: String...) -> AddressRanges {
        texts.reduce(into: AddressRanges()) { ranges, text in
            if let found = ImportText.addresses(text) { ranges.formUnion(found) }
        }
    }

    @Test(arguments: [
        ("10.0.0.0/24", ["10.0.0.0/24"]), ("10.0.0.0/255.255.255.0", ["10.0.0.0/24"]), ("10.0.0.1", ["10.0.0.1"]),
        ("10.0.0.1-10.0.0.4", ["10.0.0.1", "10.0.0.2/31", "10.0.0.4"]), ("0.0.0.0/0", ["0.0.0.0/0"]), ("fd00::/8", ["fd00::/8"]),
        ("10.0.0.0-10.0.3.0/255.255.255.0", ["10.0.0.0/22"]), ("0.0.0.0-255.255.255.255", ["0.0.0.0/0"]),
        ("fd00::1-fd00::2", ["fd00::1", "fd00::2"]),
    ]) func writesTheFewestBlocks(_ text: String, _ blocks: [String]) { #expect(AddressRangesTests.ranges(text).texts == blocks) }

    @Test(arguments: ["", "x", "10.0.0.9-10.0.0.1", "10.0.0.1-fd00::1", "10.0.0.0/255.0.255.0", "10.0.0.0/33", "1-2"])
    func takesNothingElse(_ text: String) { #expect(ImportText.addresses(text) == nil) }

    /// All of IPv6 is not all of IPv4.
    @Test func keepsTheTwoKindsApart() {
        let six = AddressRangesTests.ranges("::/0")
        #expect(!six.contains(AddressRanges.number(IPAddress(v4: 0x0a00_0001))))
        #expect(six.prefixes.allSatisfy { !$0.isV4 })
        let both = AddressRangesTests.ranges("::/0", "0.0.0.0/0")
        #expect(both.texts.contains("0.0.0.0/0"))
        #expect(both.contains(AddressRanges.number(IPAddress(v4: 0x0a00_0001))))
    }

    /// Each address lies in the atom of exactly the sets that hold it.
    @Test func atomsAgreeWithTheSets() {
        var random = SeededGenerator(state: 3)
        for _ in 0..<60 {
            let sets = (0..<4).map { _ -> AddressRanges in
                (0..<3).reduce(into: AddressRanges()) { ranges, _ in
                    let low = UInt32.random(in: 0...40, using: &random)
                    ranges.insert(from: IPAddress(v4: low), to: IPAddress(v4: low + .random(in: 0...20, using: &random)))
                }
            }
            let atoms = AddressRanges.atoms(sets)
            for address in (0...64).map({ AddressRanges.number(IPAddress(v4: $0)) }) {
                let members = Set(sets.indices.filter { sets[$0].contains(address) })
                #expect(atoms.filter { $0.addresses.contains(address) }.map(\.members) == (members.isEmpty ? [] : [members]))
            }
            for set in sets {
                let blocks = set.prefixes
                for number in 0...64 as ClosedRange<UInt32> {
                    let address = IPAddress(v4: number)
                    #expect(blocks.contains { $0.contains(address) } == set.contains(AddressRanges.number(address)))
                }
            }
        }
    }
}
