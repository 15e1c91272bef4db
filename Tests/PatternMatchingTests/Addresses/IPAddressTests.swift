import PatternMatching
import Testing

@Suite struct IPAddressTests {
    @Test(arguments: [
        ("192.0.2.7", "192.0.2.7"), ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"),
        ("::", "::"), ("::1", "::1"), ("1::", "1::"), ("2001:DB8:0:0:0:0:0:7", "2001:db8::7"), ("FD00:0:0::0020", "fd00::20"),
        ("::ffff:192.0.2.7", "192.0.2.7"), ("::ffff:c000:207", "192.0.2.7"), ("::1.2.3.4", "::102:304"),
        ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"), ("1:0:0:2:0:0:0:3", "1:0:0:2::3"), ("1:0:0:2:3:0:0:4", "1::2:3:0:0:4"),
        ("1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7"), ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"), ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
        ("0:0:1::", "0:0:1::"), ("2001:db8::0:1", "2001:db8::1"),
    ])
    func read(text: String, expected: String) {
        #expect(IPAddress(text)?.description == expected)
        #expect(IPAddress(expected) == IPAddress(text))
    }

    @Test(arguments: [
        "", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.010", "1.2.3.", ".1.2.3", "1..2.3", "1.2.3.4 ", "0x7f.0.0.1", ":",
        ":::",
        "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "::1::", "1:::2", ":1:2:3:4:5:6:7", "1:2:3:4:5:6:7:", "12345::", "g::",
        "[::1]", "fe80::1%eth0", "::1.2.3", "::1.2.3.4.5", "::1.2.3.04", "1:2:3:4:5:6:7:1.2.3.4", "::1.2.3.4:5", "1.2.3.4::",
        "::ffff:1.2.3.4/96",
    ])
    func refused(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test func printsWhatItReads() {
        var random = SeededRandom(seed: 1)
        for _ in 0..<2_000 {
            // Sparse bits make runs of zero groups.
            let address = IPAddress(
                high: random.next() & random.next() & random.next() & random.next(),
                low: random.next() & random.next() & random.next() & random.next())
            #expect(IPAddress(address.description) == address)
        }
    }

    @Test func order() {
        #expect(
            ["10.0.0.2", "::1", "2001:db8::", "10.0.0.10"].compactMap(IPAddress.init).sorted().map(\.description) == [
                "::1", "10.0.0.2", "10.0.0.10", "2001:db8::",
            ])
    }

    @Test(arguments: [
        ("10.0.0.0/8", "10.255.255.255", true), ("10.0.0.0/8", "11.0.0.0", false), ("10.1.2.3/8", "10.0.0.0", true),
        ("192.168.1.0/25", "192.168.1.127", true), ("192.168.1.0/25", "192.168.1.128", false), ("10.0.0.1", "10.0.0.1", true),
        ("10.0.0.1", "10.0.0.2", false), ("0.0.0.0/0", "1.2.3.4", true), ("0.0.0.0/0", "::1", false), ("::/0", "1.2.3.4", false),
        ("::/0", "2001:db8::1", true), ("fd00::/8", "fdff::1", true), ("fd00::/8", "fe00::1", false),
        ("2001:db8:ff::/48", "2001:db8:ff:1::1", true),
        ("2001:db8::/65", "2001:db8::8000:0:0:0", false), ("::ffff:10.0.0.0/104", "10.1.1.1", true), ("::1/128", "::1", true),
    ])
    func prefix(text: String, address: String, inside: Bool) throws {
        #expect(try #require(IPPrefix(text)).contains(#require(IPAddress(address))) == inside)
    }

    @Test(arguments: [
        ("10.1.2.3/8", "10.0.0.0/8", 104), ("10.1.2.3", "10.1.2.3/32", 128), ("fd00::1/8", "fd00::/8", 8), ("::/0", "::/0", 0),
        ("0.0.0.0/0", "0.0.0.0/0", 96),
    ])
    func prefixText(text: String, expected: String, length: Int) {
        let prefix = IPPrefix(text)
        #expect(prefix?.description == expected)
        #expect(prefix?.length == length)
    }

    @Test(arguments: [
        "", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/40", "::/129", "10.0.0.0/08", "10.0.0.0/+8", "10.0.0.0/-1", "10.0.0/8",
        "10.0.0.0/8/8", "::/9999",
    ])
    func prefixRefused(text: String) {
        #expect(IPPrefix(text) == nil)
    }

    @Test(arguments: [
        ("192.0.2.7", "192.0.2.7"), ("::ffff:192.0.2.7", "192.0.2.7"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"), ("fe80::1", "fe80::"),
        ("::1", "::1"),
    ])
    func clients(address: String, client: String) {
        #expect(IPAddress(address)?.client == IPAddress(client))
    }
}
