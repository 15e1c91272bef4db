internal import CIDN2

/// Internationalised names to A-labels by libidn2.
enum IDNA {
    /// Bytes of a name worth reading: what a percent-encoded name of 253 characters may take is less.
    static let longest = 4096

    /// Nontransitional UTS 46 (what browsers do), then IDNA 2008's own checks.
    /// - Parameter name: UTF-8.
    /// - Returns: ASCII, possibly with characters a host may not hold; nil for invalid UTF-8 and disallowed characters.
    static func toASCII(_ name: [UInt8]) -> [UInt8]? {
        guard name.count <= IDNA.longest, !name.contains(0) else { return nil }
        var found: UnsafeMutablePointer<UInt8>?
        let flags = CInt(IDN2_NONTRANSITIONAL.rawValue | IDN2_NFC_INPUT.rawValue)
        guard idn2_lookup_u8(name + [0], &found, flags) == CInt(IDN2_OK.rawValue), let found else { return nil }
        defer { idn2_free(found) }
        var ascii: [UInt8] = []
        var next = found
        while next.pointee != 0 {
            ascii.append(next.pointee)
            next += 1
        }
        return ascii
    }
}
