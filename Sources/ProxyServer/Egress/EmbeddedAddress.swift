import PatternMatching

/// IPv4 addresses inside IPv6 ones: where a packet to the outer address ends up at the inner one.
enum EmbeddedAddress {
    /// IPv4-mapped addresses are no case of their own: ``IPAddress`` holds them as the IPv4 address.
    static func inside(_ address: IPAddress) -> IPAddress? {
        if address.isV4 { return nil }
        // NAT64, RFC 6052: the well-known prefix 64:ff9b::/96.
        if address.high == 0x0064_ff9b_0000_0000, address.low >> 32 == 0 { return IPAddress(v4: UInt32(truncatingIfNeeded: address.low)) }
        // 6to4, RFC 3056: 2002:V4ADDR::/48.
        if address.high >> 48 == 0x2002 { return IPAddress(v4: UInt32(truncatingIfNeeded: address.high >> 16)) }
        // Teredo, RFC 4380: 2001::/32, the client's address inverted in the last 32 bits.
        if address.high >> 32 == 0x2001_0000 { return IPAddress(v4: ~UInt32(truncatingIfNeeded: address.low)) }
        // IPv4-compatible, RFC 4291 section 2.5.5.1, long out of use.
        if address.high == 0, address.low >> 32 == 0, address.low > 1 { return IPAddress(v4: UInt32(truncatingIfNeeded: address.low)) }
        return nil
    }
}
