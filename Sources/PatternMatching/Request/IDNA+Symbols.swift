extension IDNA {
    /// Names that IDNA 2008 forbids and UTS 46, and so every browser, allows: emoji and other symbols, hyphens in any place.
    ///
    /// Only where no mapping can change anything: every scalar is ASCII, a dot, a variation selector (dropped), or one that compatibility
    /// folding leaves as it is and that neither combines, joins nor runs from right to left.
    /// - Parameter name: UTF-8.
    /// - Returns: A-labels; nil for every other name.
    static func symbolsToASCII(_ name: [UInt8]) -> [UInt8]? {
        guard name.count <= longest, let text = String(validating: name, as: UTF8.self) else { return nil }
        var labels: [[Unicode.Scalar]] = [[]]
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x2e, 0x3002, 0xff0e, 0xff61: labels.append([])
            case 0xfe0f: continue
            case ..<0x80: labels[labels.count - 1].append(Unicode.Scalar(lowercased(UInt8(truncatingIfNeeded: scalar.value))))
            default:
                guard isUnchanged(scalar) else { return nil }
                labels[labels.count - 1].append(scalar)
            }
        }
        var ascii: [UInt8] = []
        for (index, label) in labels.enumerated() {
            if index > 0 { ascii.append(UInt8(ascii: ".")) }
            if label.allSatisfy(\.isASCII) {
                ascii += label.map { UInt8(truncatingIfNeeded: $0.value) }
            } else {
                guard !label.starts(with: "xn--".unicodeScalars), let encoded = Punycode.encode(label) else { return nil }
                ascii += Array("xn--".utf8) + encoded
            }
        }
        return ascii
    }

    private static func isUnchanged(_ scalar: Unicode.Scalar) -> Bool {
        // The deviations of UTS 46 that nontransitional processing keeps: sharp s and final sigma.
        if scalar.value == 0xdf || scalar.value == 0x3c2 { return true }
        let properties = scalar.properties
        guard !properties.changesWhenNFKCCaseFolded, !properties.isDefaultIgnorableCodePoint, !isLeftOut(scalar.value) else { return false }
        switch properties.generalCategory {
        case .otherSymbol, .mathSymbol, .currencySymbol, .modifierSymbol, .otherPunctuation, .dashPunctuation, .lowercaseLetter,
            .otherLetter,
            .decimalNumber:
            return true
        default: return false
        }
    }

    /// Right to left (their labels have rules of their own), conjoining Hangul, what describes or replaces characters.
    private static func isLeftOut(_ value: UInt32) -> Bool {
        switch value {
        case 0x0590...0x08ff, 0xfb1d...0xfdff, 0xfe70...0xfeff, 0x1_0800...0x1_0fff, 0x1_e800...0x1_efff: true
        case 0x1100...0x11ff, 0xa960...0xa97f, 0xd7b0...0xd7ff, 0x2ff0...0x2fff, 0xfff9...0xfffd: true
        default: false
        }
    }
}
